// Chat over REST: the history of a channel, what changed in it, and speaking for programs that keep no socket.
import { z } from 'zod'
import type { Db } from '../../db/database.ts'
import type { Principal } from '../../protocol/access.ts'
import { requireChannel } from '../../realtime/chat/channels.ts'
import { newMessageSchema } from '../../realtime/chat/schema.ts'
import type { Chat } from '../../realtime/chat/chat.ts'
import { createEndpoints } from '../rest.ts'
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

export function messageRoutes({ db, messages }: { db: Db; messages: ProjectMessages }) {
  const { app, get, post } = createEndpoints('Messages')

  /** A channel's id says its project, too. */
  const locate = async (reader: Principal, id: string) => {
    const { channel } = await requireChannel(db, reader, id)
    return { projectId: channel.projectId, channelId: channel.id }
  }

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
    '/channels/{channelId}/messages',
    { summary: 'Read the messages of a channel, oldest first', ...reading },
    async ({ principal, params, query }) => {
      const { projectId, channelId } = await locate(principal, params.channelId)
      const range = { ...query, channelId }
      const { messages: data, ...meta } = await messages.list(principal, projectId, range)
      return { data, meta }
    },
  )

  post(
    '/channels/{channelId}/messages',
    { summary: 'Send a message to a channel', ...writing },
    async ({ principal, params, body }) => {
      const { projectId, channelId } = await locate(principal, params.channelId)
      return messages.send(principal, projectId, { ...body, channelId })
    },
  )

  get(
    '/channels/{channelId}/changes',
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
      const { projectId, channelId } = await locate(principal, params.channelId)
      const range = { ...query, channelId }
      const { messages: data, ...meta } = await messages.changes(principal, projectId, range)
      return { data, meta }
    },
  )

  return app
}
