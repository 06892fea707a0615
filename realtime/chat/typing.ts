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
  changes: Pick<Changes, 'find' | 'findDefault'>
}

export type Typing = ReturnType<typeof createTyping>
type State = Pick<ChatEvents['user_typing'], 'projectId' | 'channelId' | 'threadId' | 'typing'>

const TOPIC = 'typing'
/** That a socket types in a channel is told once in so many milliseconds; that it stopped, at once. */
const INTERVAL = 1_000

export function createTyping({ io, bus, outlet, changes }: TypingOptions) {
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
    /**
     * Asks no database.
     * @param typed in the project's first channel, when it names none
     * @throws AppError INSUFFICIENT_PERMISSIONS or NOT_FOUND, by what the socket was let into
     */
    tell(socketId: string, typed: Omit<State, 'channelId'> & { channelId?: string | undefined }) {
      const { projectId, channelId = changes.findDefault(projectId) ?? '' } = typed
      const socket = io.sockets.sockets.get(socketId)
      if (!socket?.data.joined[projectId]?.includes('chat:write')) {
        const reason = 'Only people who joined the project and may write can be shown as typing'
        throw new AppError('INSUFFICIENT_PERMISSIONS', reason)
      }
      const channel = changes.find(channelId)
      if (channel?.projectId !== projectId || !socket.rooms.has(channel.room)) {
        throw notFound('Channel')
      }
      const state = { ...typed, channelId }
      if (!isNews(socket, state)) return
      const { id, username } = socket.data.principal.user
      const packet = encodeEvent('user_typing', { ...state, userId: id, username }, id)
      outlet.toRoom(channel.room, [packet], { except: socketId, shed: true })
      news.publish({ room: channel.room, packet })
    },
    close: unsubscribe,
  }
}
