// One message over REST: read, change, delete, react.
import { z } from 'zod'
import type { Db } from '../../db/database.ts'
import { emojiSchema, messageTextSchema } from '../../realtime/chat/schema.ts'
import { createEndpoints } from '../rest.ts'
import { findMessage, requireId } from './messages.ts'
import type { ProjectMessages } from './routes.ts'
import { messageSchema, versionSchema } from './schema.ts'

const errors = ['NOT_FOUND', 'INSUFFICIENT_PERMISSIONS'] as const

export function singleMessageRoutes({ db, messages }: { db: Db; messages: ProjectMessages }) {
  const { app, get, post, patch, remove } = createEndpoints('Messages')

  get(
    '/projects/{slug}/messages/{messageId}',
    { summary: 'Read a message', data: messageSchema, errors },
    ({ principal, params }) => findMessage(db, principal, params.slug, params.messageId),
  )

  patch(
    '/projects/{slug}/messages/{messageId}',
    {
      summary: 'Change the text of an own message',
      description: 'Its earlier texts can be read as versions.',
      body: z.strictObject({ message: messageTextSchema }),
      data: messageSchema,
      errors,
    },
    ({ principal, params, body }) =>
      messages.edit(principal, params.slug, requireId(params.messageId), body.message),
  )

  remove(
    '/projects/{slug}/messages/{messageId}',
    {
      summary: 'Delete a message',
      description:
        'One’s own, or as a maintainer anybody’s. A tombstone stays; text, versions, reactions and attachments go.',
      data: messageSchema,
      errors,
    },
    ({ principal, params }) => messages.remove(principal, params.slug, requireId(params.messageId)),
  )

  get(
    '/projects/{slug}/messages/{messageId}/versions',
    {
      summary: 'Read what a message said before it was changed, oldest first',
      data: z.array(versionSchema),
      errors,
    },
    ({ principal, params }) =>
      messages.versions(principal, params.slug, requireId(params.messageId)),
  )

  post(
    '/projects/{slug}/messages/{messageId}/reactions',
    {
      summary: 'React to a message',
      description: 'Twice with the same emoji is once.',
      body: z.strictObject({ emoji: emojiSchema }),
      data: messageSchema,
      errors,
    },
    ({ principal, params, body }) =>
      messages.addReaction(principal, params.slug, requireId(params.messageId), body.emoji),
  )

  remove(
    '/projects/{slug}/messages/{messageId}/reactions/{emoji}',
    { summary: 'Take an own reaction back', data: messageSchema, errors },
    ({ principal, params }) =>
      messages.removeReaction(principal, params.slug, requireId(params.messageId), params.emoji),
  )

  return app
}
