// What people say of themselves: their status, and what they have before them.
import { z } from 'zod'
import type { PresenceRequests } from '../../protocol/presence.ts'
import type { RequestHandlers } from '../../protocol/requests.ts'
import { idSchema as projectId } from '../schema.ts'
import type { Presence } from './presence.ts'
import { placeSchema, statusChangeSchema } from './schema.ts'

export const presenceRequests = (presence: Presence): RequestHandlers<keyof PresenceRequests> => ({
  set_status: {
    schema: statusChangeSchema,
    async handle({ principal }, { status }) {
      await presence.setStatus(principal.id, status)
      return null
    },
  },
  set_place: {
    schema: z.object({ projectId, place: placeSchema.nullable() }),
    handle: (caller, payload) => presence.setPlace(caller, payload.projectId, payload.place),
  },
})
