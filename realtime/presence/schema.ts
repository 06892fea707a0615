// What clients say of themselves.
import { z } from 'zod'
import { chosenStatuses } from '../../protocol/presence.ts'

export const statusChangeSchema = z.object({ status: z.enum(chosenStatuses) })

export const placeSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('file'), fileId: z.uuid() }),
  z.object({ kind: z.literal('issue'), number: z.number().int().min(1).max(2_147_483_647) }),
])
