// What the requests of a connection test may look like.
import { z } from 'zod'
import type { ProbeRequests } from '../../protocol/probe.ts'
import { dtlsParametersSchema } from '../calls/schema.ts'

const nothing = z.strictObject({})
const transportId = z.uuid()

export const probeSchemas: { [Name in keyof ProbeRequests]: z.ZodType<ProbeRequests[Name][0]> } = {
  probe_ping: nothing,
  probe_open: nothing,
  probe_connect: z.object({ transportId, dtlsParameters: dtlsParametersSchema }),
  probe_close: z.object({ transportId }),
}
