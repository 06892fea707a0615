// Chat over REST: the history of a channel, what changed in it, and speaking for programs that keep no socket.
import { z } from 'zod'
import { newMessageSchema } from '../../realtime/chat/schema.ts'
import type { Chat } from '../../realtime/chat/chat.ts'
import { createEndpoints } from '../rest.ts'
import { requireId } from './messages.ts'
import {
  changesMetaSchema,
  changesQuerySchema,
  messageSchema,
  pageMetaSchema,
  pageQuerySchema,
} from './schema.ts'

/** What the realtime plane does for us; projects are ids or slugs. */
export type ProjectMessages = Pick<
  Chat,
  | 'send'
  | 'list'
  | 'changes'
  | 'edit'
  | 'remove'
  | 'versions'
  | 'addReaction'
  | 'removeReaction'
  | 'threads'
  | 'markThreadRead'
>

const errors = ['NOT_FOUND', 'INSUFFICIENT_PERMISSIONS'] as const

const reading = {
  description:
    'Without `before`, `after` and `around`, the newest messages. Replies stand in their threads, not here.',
  query: pageQuerySchema,
  data: z.array(messageSchema),
  meta: pageMetaSchema,
  errors,
}
const writing = {
  description:
    'Markdown. `threadId` makes it a reply; `attachmentIds` are uploads of yours that no message has yet. ' +
    'The same nonce twice is one message.',
  body: newMessageSchema,
  status: 201,
  data: messageSchema,
  errors: [...errors, 'CONFLICT'],
} as const

export function messageRoutes({ messages }: { messages: ProjectMessages }) {
  const { app, get, post } = createEndpoints('Messages')

  get(
    '/projects/{slug}/messages',
    { summary: 'Read the messages of a project’s first channel, oldest first', ...reading },
    async ({ principal, params, query }) => {
      const { messages: data, ...meta } = await messages.list(principal, params.slug, query)
      return { data, meta }
    },
  )

  post(
    '/projects/{slug}/messages',
    { summary: 'Send a message to a project’s first channel', ...writing },
    ({ principal, params, body }) => messages.send(principal, params.slug, body),
  )

  get(
    '/projects/{slug}/channels/{channelId}/messages',
    { summary: 'Read the messages of a channel, oldest first', ...reading },
    async ({ principal, params, query }) => {
      const range = { ...query, channelId: requireId(params.channelId, 'Channel') }
      const { messages: data, ...meta } = await messages.list(principal, params.slug, range)
      return { data, meta }
    },
  )

  post(
    '/projects/{slug}/channels/{channelId}/messages',
    { summary: 'Send a message to a channel', ...writing },
    ({ principal, params, body }) =>
      messages.send(principal, params.slug, {
        ...body,
        channelId: requireId(params.channelId, 'Channel'),
      }),
  )

  get(
    '/projects/{slug}/channels/{channelId}/changes',
    {
      summary: 'Read what is new or changed in a channel since a position',
      description:
        'Threads included. Each message comes once, as it is now, in the order of `rev`; a deleted one without its text. ' +
        'Ask again with `meta.rev` as `after`.',
      query: changesQuerySchema,
      data: z.array(messageSchema),
      meta: changesMetaSchema,
      errors,
    },
    async ({ principal, params, query }) => {
      const range = { ...query, channelId: requireId(params.channelId, 'Channel') }
      const { messages: data, ...meta } = await messages.changes(principal, params.slug, range)
      return { data, meta }
    },
  )

  return app
}
