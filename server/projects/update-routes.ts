// What happened in a project, for programs that keep no socket.
import { z } from 'zod'
import { requireAccess } from '../../db/access.ts'
import { readUpdatePage } from '../../db/activity.ts'
import type { Db } from '../../db/database.ts'
import { updateTypes } from '../../protocol/events.ts'
import { createEndpoints } from '../rest.ts'

const seq = z.number().int().min(0)

const updateSchema = z
  .object({
    projectId: z.uuid(),
    seq: seq.describe('Dense per project, from 1'),
    updateType: z.enum(updateTypes),
    data: z.unknown().describe('What was created, changed or deleted'),
  })
  .meta({ id: 'ProjectUpdate' })

export function updateRoutes({ db }: { db: Db }) {
  const { app, get } = createEndpoints('Projects')

  get(
    '/projects/{slug}/updates',
    {
      summary: 'Read what happened in a project since a position, oldest first',
      description: 'Without `after`, only `meta.seq`. Ask again with `meta.seq` as `after`.',
      query: z.object({ after: z.coerce.number().int().min(0).optional() }),
      data: z.array(updateSchema),
      meta: z.object({
        seq: seq.describe('Ask for what comes after it next'),
        hasMore: z.boolean(),
        reset: z.boolean().describe('What was missed is too old: load everything anew'),
      }),
      errors: ['NOT_FOUND', 'INSUFFICIENT_PERMISSIONS'],
    },
    async ({ principal, params, query }) => {
      const { project } = await requireAccess(db, principal, params.slug, 'room:join')
      const { updates: data, ...meta } = await readUpdatePage(db, project.id, query.after)
      return { data, meta }
    },
  )

  return app
}
