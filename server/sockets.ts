// Table of contents: every request that a socket may send.
import type { CallRequests } from '../protocol/calls.ts'
import type { ProbeRequests } from '../protocol/probe.ts'
import type { RequestHandlers } from '../protocol/requests.ts'
import type { Chat } from '../realtime/chat/chat.ts'
import { chatRequests } from '../realtime/chat/socket.ts'
import type { Typing } from '../realtime/chat/typing.ts'
import type { Presence } from '../realtime/presence/presence.ts'
import { presenceRequests } from '../realtime/presence/socket.ts'
import type { Rooms } from '../realtime/rooms/rooms.ts'
import { roomRequests } from '../realtime/rooms/socket.ts'

export interface SocketPlanes {
  rooms: Rooms
  presence: Presence
  chat: Chat
  typing: Typing
  calls: { handlers: RequestHandlers<keyof CallRequests | keyof ProbeRequests> }
}

export const socketRequests = ({
  rooms,
  presence,
  chat,
  typing,
  calls,
}: SocketPlanes): RequestHandlers => ({
  ...roomRequests(rooms),
  ...presenceRequests(presence),
  ...chatRequests(chat, typing),
  ...calls.handlers,
})
