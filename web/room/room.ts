// One project's room on the socket: joined at every connect, judged anew when access changes, and told in order what
// happened meanwhile. Lives as long as the project's pages are open.
import type { Permission, Role } from '../../protocol/access.ts'
import type {
  CallSummary,
  JoinedProject,
  ProjectUpdate,
  PublicUser,
} from '../../protocol/events.ts'
import { createChat } from '../chat/chat.ts'
import type { AppSocket } from '../socket.ts'
import { createStore } from '../store.ts'
import { errorMessage, isAppError } from '../wire.ts'

export interface RoomState {
  state: 'joining' | 'joined' | 'offline' | 'refused'
  /** Why the room cannot be entered (any more) */
  refusal: string | null
  role: Role | null
  permissions: readonly Permission[]
  members: JoinedProject['members']
  present: readonly PublicUser[]
  call: CallSummary | null
}

export interface RoomOptions {
  projectId: string
  userId: string
  socket: AppSocket
  /** In the order of their seq; `actorId` is known for what happens now, not for what is replayed */
  onUpdate(update: ProjectUpdate, actorId: string | undefined): void
  /** Too much was missed: everything shown may be old */
  onReload(): void
}

const updatesMembers = new Set(['member_joined', 'member_updated', 'member_left'])

export function createRoom({ projectId, userId, socket, onUpdate, onReload }: RoomOptions) {
  const store = createStore<RoomState>({
    state: 'joining',
    refusal: null,
    role: null,
    permissions: [],
    members: [],
    present: [],
    call: null,
  })
  const change = (part: Partial<RoomState>) => store.set({ ...store.get(), ...part })
  const chat = createChat({ projectId, userId, request: socket.request, on: socket.on })
  let seq: number | undefined
  let timer: ReturnType<typeof setTimeout> | undefined
  let closed = false
  /** Joins that were asked for while one was on its way become one */
  let joining: Promise<void> | undefined
  let again = false

  const enter = (joined: JoinedProject) => {
    const { role, permissions, members, present, call } = joined
    change({ state: 'joined', refusal: null, role, permissions, members, present, call })
    const missed = joined.updates
    if (missed)
      for (const update of missed) if (update.seq > (seq ?? 0)) onUpdate(update, undefined)
    if (!missed) onReload()
    seq = joined.seq
    const mark = joined.channels[0]
    void chat.resume(mark)
  }
  const attempt = async () => {
    const since = seq === undefined ? {} : { since: seq }
    try {
      enter(await socket.request('join_project', { projectId, ...since }))
    } catch (error) {
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
    if (connection === 'connected') join()
    else if (store.get().state === 'joined') change({ state: 'offline', present: [] })
  }
  const setPresent = (user: PublicUser, online: boolean) => {
    const { present, members } = store.get()
    const others = present.filter(({ id }) => id !== user.id)
    change({
      present: online ? [...others, user] : others,
      members: members.map((member) => (member.id === user.id ? { ...member, online } : member)),
    })
  }

  const ends = [
    socket.connection.subscribe(follow),
    socket.on('project_update', (update, { userId: actorId }) => {
      if (update.projectId !== projectId || seq === undefined || update.seq <= seq) return
      // A hole: joining again replays it.
      if (update.seq > seq + 1) return join()
      seq = update.seq
      onUpdate(update, actorId)
      if (updatesMembers.has(update.updateType)) join()
    }),
    socket.on('presence_changed', (news) => {
      if (news.projectId === projectId) setPresent(news.user, news.status === 'online')
    }),
    socket.on('call_changed', (news) => {
      if (news.projectId === projectId) change({ call: news.call })
    }),
    socket.on('access_changed', (news) => {
      if (news.projectId === projectId) join()
    }),
  ]
  follow()

  return {
    projectId,
    get: store.get,
    subscribe: store.subscribe,
    chat,
    join,
    close() {
      closed = true
      clearTimeout(timer)
      for (const end of ends) end()
      chat.close()
      socket.request('leave_project', { projectId }).catch(() => undefined)
    },
  }
}

export type Room = ReturnType<typeof createRoom>
