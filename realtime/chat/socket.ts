// Chat on the socket.
import { z } from 'zod'
import type { ChatRequests } from '../../protocol/chat.ts'
import type { Caller, RequestHandlers } from '../../protocol/requests.ts'
import { idSchema, positionSchema as seq } from '../schema.ts'
import type { Chat } from './chat.ts'
import { emojiSchema, sentMessageSchema, messageTextSchema } from './schema.ts'
import type { Typing } from './typing.ts'

const inProject = z.object({ projectId: idSchema })
const inChannel = inProject.extend({ channelId: idSchema.optional() })
const ofMessage = inProject.extend({ messageId: idSchema })
const reaction = ofMessage.extend({ emoji: emojiSchema })
const typing = inChannel.extend({ threadId: idSchema.optional() })

export function chatRequests(chat: Chat, typists: Typing): RequestHandlers<keyof ChatRequests> {
  const tellTyping = (isTyping: boolean) => ({
    schema: typing,
    async handle({ socketId }: Caller, { threadId, ...place }: z.output<typeof typing>) {
      typists.tell(socketId, { ...place, threadId: threadId ?? null, typing: isTyping })
      return null
    },
  })
  return {
    get_channels: {
      schema: inProject,
      handle: ({ principal }, { projectId }) => chat.channels(principal, projectId),
    },
    send_message: {
      schema: sentMessageSchema,
      handle: ({ principal }, { projectId, ...draft }) => chat.send(principal, projectId, draft),
    },
    get_messages: {
      schema: inChannel.extend({
        threadId: idSchema.optional(),
        before: seq.optional(),
        after: seq.optional(),
        around: seq.optional(),
        limit: z.number().int().min(1).max(200).optional(),
      }),
      handle: ({ principal }, { projectId, ...range }) => chat.list(principal, projectId, range),
    },
    get_changes: {
      schema: inChannel.extend({
        after: seq,
        limit: z.number().int().min(1).max(500).optional(),
      }),
      handle: ({ principal }, { projectId, ...range }) => chat.changes(principal, projectId, range),
    },
    edit_message: {
      schema: ofMessage.extend({ message: messageTextSchema }),
      handle: ({ principal }, { projectId, messageId, message }) =>
        chat.edit(principal, projectId, messageId, message),
    },
    delete_message: {
      schema: ofMessage,
      handle: ({ principal }, { projectId, messageId }) =>
        chat.remove(principal, projectId, messageId),
    },
    add_reaction: {
      schema: reaction,
      handle: ({ principal }, { projectId, messageId, emoji }) =>
        chat.addReaction(principal, projectId, messageId, emoji),
    },
    remove_reaction: {
      schema: reaction,
      handle: ({ principal }, { projectId, messageId, emoji }) =>
        chat.removeReaction(principal, projectId, messageId, emoji),
    },
    mark_read: {
      schema: inChannel.extend({ seq }),
      handle: ({ principal }, { projectId, channelId, seq }) =>
        chat.markRead(principal, projectId, channelId, seq),
    },
    mark_thread_read: {
      schema: inProject.extend({ threadId: idSchema, seq }),
      handle: ({ principal }, { projectId, threadId, seq }) =>
        chat.markThreadRead(principal, projectId, threadId, seq),
    },
    get_threads: {
      schema: inProject,
      handle: ({ principal }, { projectId }) => chat.threads(principal, projectId),
    },
    typing_start: tellTyping(true),
    typing_stop: tellTyping(false),
  }
}
