// Joining and leaving a project's room.
import { z } from 'zod'
import type { RequestHandlers } from '../../protocol/requests.ts'
import { idSchema as projectId, positionSchema as seq } from '../schema.ts'
import type { Rooms } from './rooms.ts'

export const roomRequests = (
  rooms: Rooms,
): RequestHandlers<'join_project' | 'leave_project' | 'get_updates'> => ({
  join_project: {
    schema: z.object({ projectId, since: seq.optional() }),
    handle: (caller, payload) => rooms.join(caller, payload.projectId, payload.since),
  },
  leave_project: {
    schema: z.object({ projectId }),
    handle: (caller, payload) => rooms.leave(caller, payload.projectId),
  },
  get_updates: {
    schema: z.object({ projectId, after: seq }),
    handle: (caller, payload) => rooms.listUpdates(caller, payload.projectId, payload.after),
  },
})
