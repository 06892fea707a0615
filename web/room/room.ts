// One project's room on the socket: joined at every connect, judged anew when access changes, and told in order what
// happened meanwhile. Lives as long as the project's pages are open.
import type { Permission, Role } from '../../protocol/access.ts'
import type { CallSummary, JoinedProject, ProjectUpdate } from '../../protocol/events.ts'
import type { Place, PresentPerson } from '../../protocol/presence.ts'
import { createChats } from '../chat/store/chats.ts'
import type { AppSocket } from '../socket.ts'
import { createStore } from '../store.ts'
import { errorMessage, isAppError } from '../wire.ts'
import { createFollower } from './follower.ts'
import { changePresence, setPresent } from './presence.ts'

export interface RoomState {
  state: 'joining' | 'joined' | 'offline' | 'refused'
  /** Why the room cannot be entered (any more) */
  refusal: string | null
  role: Role | null
  permissions: readonly Permission[]
  members: JoinedProject['members']
  present: readonly PresentPerson[]
  /** The project's own */
  call: CallSummary | null
  /** Those of its channels, by channel id */
  channelCalls: Readonly<Record<string, CallSummary>>
  /** ISO 8601: one cannot write in the chat until then */
  mutedUntil: string | null
}

export const joiningRoom: RoomState = {
  state: 'joining',
  refusal: null,
  role: null,
  permissions: [],
  members: [],
  present: [],
  call: null,
  channelCalls: {},
  mutedUntil: null,
}

export interface RoomOptions {
  projectId: string
  userId: string
  socket: AppSocket
  /** Keeps what is not sent yet */
  storage?: Storage | undefined
  /** In the order of their seq; `actorId` is known for what happens now, not for what is replayed */
  onUpdate(update: ProjectUpdate, actorId: string | undefined): void
  /** Too much was missed: everything shown may be old */
  onReload(): void
}

const updatesMembers = new Set(['member_joined', 'member_updated', 'member_left'])

export function createRoom(options: RoomOptions) {
  const { projectId, userId, socket, storage, onUpdate, onReload } = options
  const store = createStore(joiningRoom)
  const change = (part: Partial<RoomState>) => store.set({ ...store.get(), ...part })
  const { request, on } = socket
  const chats = createChats({ projectId, userId, request, on, storage })
  const updates = createFollower({
    read: (after) => request('get_updates', { projectId, after }),
    onUpdate(update, actorId) {
      onUpdate(update, actorId)
      // What was missed, the answer of the join knows.
      if (!entering && updatesMembers.has(update.updateType)) join()
    },
    onReload,
  })
  let timer: ReturnType<typeof setTimeout> | undefined
  let closed = false
  let place: Place | null = null
  let entering = false
  /** Joins that were asked for while one was on its way become one */
  let joining: Promise<void> | undefined
  let again = false

  const tellPlace = () => request('set_place', { projectId, place }).catch(() => undefined)
  const attempt = async () => {
    const since = updates.seq === undefined ? {} : { since: updates.seq }
    const resumeChats = chats.join()
    try {
      const joined = await request('join_project', { projectId, ...since })
      const { role, permissions, members, present, call, channelCalls, mutedUntil } = joined
      const state = { role, permissions, members, present, call, channelCalls, mutedUntil }
      change({ state: 'joined', refusal: null, ...state })
      entering = true
      updates.take(joined)
      entering = false
      resumeChats(joined.channels)
      void tellPlace()
    } catch (error) {
      resumeChats(null)
      const code = isAppError(error) ? error.code : 'INTERNAL_ERROR'
      if (code === 'NOT_FOUND' || code === 'INSUFFICIENT_PERMISSIONS') {
        change({ state: 'refused', refusal: errorMessage(error), permissions: [] })
      } else if (socket.connection.get() === 'connected') {
        timer = setTimeout(join, 2_000)
      }
    }
  }
  const join = () => {
    if (closed) return
    clearTimeout(timer)
    if (joining) {
      again = true
      return
    }
    joining = attempt().finally(() => {
      joining = undefined
      if (again) {
        again = false
        join()
      }
    })
  }

  const follow = () => {
    const connection = socket.connection.get()
    if (connection === 'connected') return join()
    chats.away()
    updates.away()
    // On its way from one node to another, nobody needs to know.
    if (connection === 'offline' && store.get().state === 'joined')
      change({ state: 'offline', present: [] })
  }
  const here =
    <News extends { projectId: string }>(listener: (news: News) => void) =>
    (news: News) => {
      if (news.projectId === projectId) listener(news)
    }

  const ends = [
    socket.connection.subscribe(follow),
    on('project_update', (update, { userId: actorId }) => {
      if (update.projectId === projectId) updates.hear(update, actorId)
    }),
    on(
      'presence_changed',
      here((news) => change(changePresence(store.get(), news))),
    ),
    on(
      'presence_state',
      here(({ present }) => change(setPresent(store.get(), present, new Date().toISOString()))),
    ),
    on(
      'call_changed',
      here(({ channelId, call }) => {
        if (channelId === undefined) return change({ call })
        const { [channelId]: _, ...others } = store.get().channelCalls
        change({ channelCalls: call ? { ...others, [channelId]: call } : others })
      }),
    ),
    on(
      'muted',
      here(({ until }) => change({ mutedUntil: until })),
    ),
    on(
      'access_changed',
      // The server has put this socket out: what happened since was not told.
      here(() => {
        chats.away()
        updates.away()
        join()
      }),
    ),
  ]
  follow()

  return {
    projectId,
    get: store.get,
    subscribe: store.subscribe,
    chats,
    join,
    /** What this tab shows; told again at every join. Also says that somebody is there. */
    setPlace(now: Place | null) {
      place = now
      if (store.get().state === 'joined') void tellPlace()
    },
    close() {
      closed = true
      clearTimeout(timer)
      for (const end of ends) end()
      chats.close()
      updates.close()
      request('leave_project', { projectId }).catch(() => undefined)
    },
  }
}

export type Room = ReturnType<typeof createRoom>
