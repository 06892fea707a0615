// Threads over REST.
import { z } from 'zod'
import type { Db } from '../../db/database.ts'
import { readMarkSchema } from '../channels/schema.ts'
import { createEndpoints } from '../rest.ts'
import { findMessage, requireId } from './messages.ts'
import type { ProjectMessages } from './routes.ts'
import {
  messageSchema,
  pageMetaSchema,
  pageQuerySchema,
  threadReadSchema,
  threadSchema,
} from './schema.ts'

const errors = ['NOT_FOUND', 'INSUFFICIENT_PERMISSIONS'] as const

export function threadRoutes({ db, messages }: { db: Db; messages: ProjectMessages }) {
  const { app, get, post } = createEndpoints('Messages')

  get(
    '/projects/{slug}/threads',
    {
      summary: 'List the threads that you take part in',
      description: 'Wrote in, began, or were mentioned in; the newest reply first.',
      data: z.array(threadSchema),
      errors,
    },
    ({ principal, params }) => messages.threads(principal, params.slug),
  )

  get(
    '/projects/{slug}/messages/{messageId}/replies',
    {
      summary: 'Read a thread: the message that began it and its replies, oldest first',
      description: 'Without `before`, `after` and `around`, the newest replies.',
      query: pageQuerySchema,
      data: z.array(messageSchema),
      meta: pageMetaSchema,
      errors,
    },
    async ({ principal, params, query }) => {
      const { channelId, threadId, id } = await findMessage(
        db,
        principal,
        params.slug,
        params.messageId,
      )
      const range = { ...query, channelId, threadId: threadId ?? id }
      const { messages: data, ...meta } = await messages.list(principal, params.slug, range)
      return { data, meta }
    },
  )

  post(
    '/projects/{slug}/messages/{messageId}/read',
    {
      summary: 'Mark the replies of a thread as read',
      description: 'Marks only grow.',
      body: readMarkSchema,
      data: threadReadSchema,
      errors,
    },
    ({ principal, params, body }) =>
      messages.markThreadRead(principal, params.slug, requireId(params.messageId), body.seq),
  )

  return app
}
