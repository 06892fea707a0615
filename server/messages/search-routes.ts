import { z } from 'zod'
import type { Db } from '../../db/database.ts'
import { searchMessages } from '../../realtime/chat/search.ts'
import { createEndpoints } from '../rest.ts'
import { messageSchema, searchMetaSchema, searchQuerySchema } from './schema.ts'

export function searchRoutes({ db }: { db: Db }) {
  const { app, get } = createEndpoints('Messages')

  get(
    '/projects/{slug}/messages/search',
    {
      summary: 'Search messages, newest first',
      description:
        'In all channels that you may read, threads included. Everything given narrows; without `q`, every message is found.',
      query: searchQuerySchema,
      data: z.array(messageSchema),
      meta: searchMetaSchema,
      errors: ['NOT_FOUND', 'INSUFFICIENT_PERMISSIONS'],
    },
    async ({ principal, params, query }) => {
      const { messages, cursor } = await searchMessages(db, principal, params.slug, query)
      return { data: messages, meta: { cursor } }
    },
  )

  return app
}
