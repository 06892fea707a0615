// Chat over REST: the history, and speaking for programs that keep no socket.
import { z } from 'zod'
import type { Principal } from '../../protocol/access.ts'
import type { ChatMessage, MessagePage } from '../../protocol/events.ts'
import { createEndpoints } from '../rest.ts'
import { newMessageSchema } from '../../realtime/chat/schema.ts'
import { messageQuerySchema, messageSchema } from './schema.ts'

/** What the realtime plane does for us; `project` is an id or a slug. */
export interface ProjectMessages {
  list(
    reader: Principal,
    project: string,
    range: z.output<typeof messageQuerySchema>,
  ): Promise<MessagePage>
  send(
    sender: Principal,
    project: string,
    draft: z.output<typeof newMessageSchema>,
  ): Promise<ChatMessage>
}

export function messageRoutes({ messages }: { messages: ProjectMessages }) {
  const { app, get, post } = createEndpoints('Messages')

  get(
    '/projects/{slug}/messages',
    {
      summary: 'Read the chat, oldest first',
      description:
        'Without `before` and `after`, the newest messages. `meta.hasMore` tells of more in the direction asked.',
      query: messageQuerySchema,
      data: z.array(messageSchema),
      meta: z.object({ hasMore: z.boolean() }),
      errors: ['NOT_FOUND', 'INSUFFICIENT_PERMISSIONS'],
    },
    async ({ principal, params, query }) => {
      const { messages: data, hasMore } = await messages.list(principal, params.slug, query)
      return { data, meta: { hasMore } }
    },
  )

  post(
    '/projects/{slug}/messages',
    {
      summary: 'Send a chat message',
      description: 'The same nonce twice is one message.',
      body: newMessageSchema.strict(),
      status: 201,
      data: messageSchema,
      errors: ['NOT_FOUND', 'INSUFFICIENT_PERMISSIONS', 'CONFLICT'],
    },
    ({ principal, params, body }) => messages.send(principal, params.slug, body),
  )

  return app
}
