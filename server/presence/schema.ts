import { z } from 'zod'
import { projectRoles } from '../../protocol/access.ts'
import { chosenStatuses } from '../../protocol/presence.ts'
import { placeSchema, statusChangeSchema } from '../../realtime/presence/schema.ts'
import { publicUserSchema } from '../users/schema.ts'

export { statusChangeSchema }

export const presenceSchema = z.object({
  /** What the person who asks says of themselves */
  chosen: z.enum(chosenStatuses),
  /** The members, and administrators who are in the room */
  people: z.array(
    publicUserSchema.extend({
      /** null: not a member */
      role: z.enum(projectRoles).nullable(),
      status: z.enum([...chosenStatuses, 'offline']),
      /** What they have before them, on all tabs and devices */
      places: z.array(placeSchema),
      /** null: now, or never */
      lastSeenAt: z.iso.datetime({ offset: true }).nullable(),
    }),
  ),
})

export type ProjectPresence = z.infer<typeof presenceSchema>
