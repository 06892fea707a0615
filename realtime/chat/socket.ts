// Chat on the socket.
import { z } from 'zod'
import { AppError } from '../../protocol/errors.ts'
import { projectRoom } from '../../protocol/names.ts'
import type { Caller, RequestHandlers } from '../../protocol/requests.ts'
import { emitTo } from '../emit.ts'
import type { Io } from '../io.ts'
import { projectIdSchema as projectId } from '../rooms/schema.ts'
import type { Chat } from './chat.ts'
import { newMessageSchema } from './schema.ts'

const seq = z.number().int().min(0).max(Number.MAX_SAFE_INTEGER)

export function chatRequests(
  io: Io,
  chat: Chat,
): RequestHandlers<'send_message' | 'get_messages' | 'mark_read' | 'typing_start' | 'typing_stop'> {
  const tellTyping = ({ socketId, principal }: Caller, id: string, typing: boolean) => {
    const socket = io.sockets.sockets.get(socketId)
    if (!socket?.data.joined[id]?.includes('chat:write')) {
      const reason = 'Only people who joined the project and may write can be shown as typing'
      throw new AppError('INSUFFICIENT_PERMISSIONS', reason)
    }
    const { id: userId, user } = principal
    const payload = { projectId: id, userId, username: user.username, typing }
    emitTo(socket.volatile.to(projectRoom(id)), 'user_typing', payload, userId)
    return Promise.resolve(null)
  }

  return {
    send_message: {
      schema: newMessageSchema.extend({ projectId }),
      handle: ({ principal }, payload) => chat.send(principal, payload.projectId, payload),
    },
    get_messages: {
      schema: z.object({
        projectId,
        before: seq.optional(),
        after: seq.optional(),
        limit: z.number().int().min(1).max(200).optional(),
      }),
      handle: ({ principal }, payload) => chat.list(principal, payload.projectId, payload),
    },
    mark_read: {
      schema: z.object({ projectId, seq }),
      handle: ({ principal }, payload) => chat.markRead(principal, payload.projectId, payload.seq),
    },
    typing_start: {
      schema: z.object({ projectId }),
      handle: (caller, payload) => tellTyping(caller, payload.projectId, true),
    },
    typing_stop: {
      schema: z.object({ projectId }),
      handle: (caller, payload) => tellTyping(caller, payload.projectId, false),
    },
  }
}
