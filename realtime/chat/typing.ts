// Who is typing: told to those who may read the channel, on all nodes. It may be lost, and ends by itself.
import { createTopic, type Bus } from '../../protocol/bus.ts'
import type { ChatEvents } from '../../protocol/chat.ts'
import { AppError, notFound } from '../../protocol/errors.ts'
import type { Io, IoSocket } from '../io.ts'
import { encodeEvent, type Outlet, type Packet } from '../outlet.ts'
import type { Changes } from './changes.ts'

export interface TypingOptions {
  io: Io
  bus: Bus
  outlet: Outlet
  /** Where channels are told */
  find: Changes['find']
}

export type Typing = ReturnType<typeof createTyping>
type State = Pick<ChatEvents['user_typing'], 'projectId' | 'channelId' | 'threadId' | 'typing'>

const TOPIC = 'typing'
/** That a socket types in a channel is told once in so many milliseconds; that it stopped, at once. */
const INTERVAL = 1_000

export function createTyping({ io, bus, outlet, find }: TypingOptions) {
  /** What was last told of a socket, by channel */
  const told = new WeakMap<IoSocket, Map<string, { at: number; typing: boolean }>>()

  const news = createTopic<{ room: string; packet: Packet }>(bus, TOPIC)
  const unsubscribe = news.subscribe(({ room, packet }) =>
    outlet.toRoom(room, [packet], { shed: true }),
  )

  function isNews(socket: IoSocket, { channelId, typing }: State) {
    const channels = told.get(socket) ?? new Map<string, { at: number; typing: boolean }>()
    const last = channels.get(channelId)
    const now = performance.now()
    if (!typing && !last?.typing) return false
    if (typing && last && last.at + INTERVAL > now) return false
    channels.set(channelId, { at: typing ? now : (last?.at ?? now), typing })
    told.set(socket, channels)
    return true
  }

  return {
    /** @throws AppError INSUFFICIENT_PERMISSIONS or NOT_FOUND, by what the socket was let into */
    tell(socketId: string, state: State) {
      const socket = io.sockets.sockets.get(socketId)
      if (!socket?.data.joined[state.projectId]?.includes('chat:write')) {
        const reason = 'Only people who joined the project and may write can be shown as typing'
        throw new AppError('INSUFFICIENT_PERMISSIONS', reason)
      }
      const channel = find(state.channelId)
      if (channel?.projectId !== state.projectId || !socket.rooms.has(channel.room)) {
        throw notFound('Channel')
      }
      if (!isNews(socket, state)) return
      const { id, username } = socket.data.principal.user
      const packet = encodeEvent('user_typing', { ...state, userId: id, username }, id)
      outlet.toRoom(channel.room, [packet], { except: socketId, shed: true })
      news.publish({ room: channel.room, packet })
    },
    close: unsubscribe,
  }
}
