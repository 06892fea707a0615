// Presence for programs without a socket.
import { requireAccess } from '../../db/access.ts'
import type { Db } from '../../db/database.ts'
import type { Presence } from '../../realtime/presence/presence.ts'
import { readStatuses } from '../../realtime/presence/records.ts'
import { addPresence, listMembers } from '../../realtime/rooms/members.ts'
import { createEndpoints } from '../rest.ts'
import { presenceSchema, statusChangeSchema, type ProjectPresence } from './schema.ts'

export interface PresenceOptions {
  db: Db
  presence: Pick<Presence, 'list' | 'setStatus' | 'renamed'>
}

export function presenceRoutes({ db, presence }: PresenceOptions) {
  const { app, get, patch } = createEndpoints('Presence')

  get(
    '/projects/{slug}/presence',
    {
      summary: 'See who is in a project’s room, and when the other members last were',
      data: presenceSchema,
      errors: ['NOT_FOUND', 'INSUFFICIENT_PERMISSIONS'],
    },
    async ({ principal, params }): Promise<ProjectPresence> => {
      const { project } = await requireAccess(db, principal, params.slug, 'room:join')
      const members = await listMembers(db, project.id)
      const statuses = await readStatuses(db, [principal.id])
      const memberIds = new Set(members.map(({ id }) => id))
      const present = presence.list(project.id)
      return {
        chosen: statuses.get(principal.id) ?? 'online',
        people: [
          ...addPresence(members, present),
          ...present
            .filter(({ id }) => !memberIds.has(id))
            .map((person) => ({ ...person, role: null })),
        ],
      }
    },
  )

  get(
    '/users/me/status',
    { summary: 'Read what you say of yourself', data: statusChangeSchema },
    async ({ principal }) => {
      const statuses = await readStatuses(db, [principal.id])
      return { status: statuses.get(principal.id) ?? 'online' }
    },
  )

  patch(
    '/users/me/status',
    {
      summary: 'Say that you are busy or away; "online" leaves it to what you do',
      body: statusChangeSchema,
      data: statusChangeSchema,
    },
    async ({ principal, body }) => {
      await presence.setStatus(principal.id, body.status)
      return body
    },
  )

  return app
}
