// Which of this node's sockets hear which channel. It follows the database: news of a change only says where to look.
import { sql } from 'kysely'
import type { Logger } from 'pino'
import { selectReaders } from '../../db/access.ts'
import type { Db } from '../../db/database.ts'
import { createTopic, type Bus } from '../../protocol/bus.ts'
import { channelRoom, projectRoom, userRoom } from '../../protocol/names.ts'
import type { Feed } from '../feed.ts'
import type { Io, IoSocket } from '../io.ts'
import { createLookout } from '../lookout.ts'
import { encodeEvent, type Outlet } from '../outlet.ts'
import { selectChannels } from './channels.ts'

export interface ChannelChange {
  projectId: string
  channelId: string
  /** Whose access may have changed; null: everybody's in the project */
  userIds: string[] | null
  /** Those of them who are not in it any more: they hear nothing while the database is asked, either */
  removed?: string[]
}

export interface Audience {
  /** Joins the rooms of the project's channels and follows their feeds. Call it when the socket is in the project's. */
  enter(socket: IoSocket, projectId: string): Promise<void>
  leave(socket: IoSocket, projectId: string): Promise<void>
  /** After a commit: judges people on all nodes, and tells who may read it what the channel is now. */
  changed(change: ChannelChange): void
  /** After news may have been lost */
  refreshAll(): Promise<void>
}

export interface AudienceOptions {
  db: Db
  io: Io
  bus: Bus
  outlet: Outlet
  /** Of the chat, by channel */
  feed: Pick<Feed, 'follow' | 'unfollow'>
  log: Logger
  /** On every node, whether anybody here hears the channel or not */
  onChange?(change: ChannelChange): void
}

/** What is to be judged in a project, in one go. */
interface Work {
  sockets: Set<IoSocket>
  /** Those of them that are told of their channels by who asked */
  entering: Set<IoSocket>
  /** Channels that changed */
  changed: Set<string>
  /** Who was removed from what, as `keyOf` says it: what is being read now may be older */
  removed: Set<string>
  /** Any channel may have changed */
  all: boolean
}

interface Asked {
  sockets: readonly IoSocket[]
  entering?: readonly IoSocket[]
  changed?: readonly string[]
  removed?: readonly string[]
  all?: boolean
}

const newWork = (): Work => ({
  sockets: new Set(),
  entering: new Set(),
  changed: new Set(),
  removed: new Set(),
  all: false,
})

const keyOf = (userId: string, channelId: string) => `${userId} ${channelId}`

const TOPIC = 'channels'
const PROJECT = projectRoom('')
const CHANNEL = channelRoom('')
/** After the database failed; milliseconds. */
const RETRY = 1_000
/** How often all is judged when all is well, for what got lost all the same; milliseconds. */
const CALM = 30_000

export function createAudience(options: AudienceOptions): Audience & { close(): void } {
  const { db, io, bus, outlet, feed, log } = options
  const { adapter, sockets } = io.sockets
  /** The channels that are followed: somebody here hears them */
  const channels = new Map<string, { projectId: string; room: string }>()
  const inRoom = new Map<string, Set<string>>()
  const waiting = new Map<string, Work>()
  const latest = new Map<string, Promise<void>>()
  let closed = false

  const isIn = ({ connected, rooms }: IoSocket, projectId: string) =>
    connected && rooms.has(projectRoom(projectId))

  const socketsIn = (room: string): IoSocket[] =>
    [...(adapter.rooms.get(room) ?? [])].flatMap((id) => sockets.get(id) ?? [])

  /** The channels that are not public, of those that a socket hears. */
  const held = (socket: IoSocket, projectId: string) =>
    [...socket.rooms]
      .filter((room) => room.startsWith(CHANNEL))
      .map((room) => room.slice(CHANNEL.length))
      .filter((id) => channels.get(id)?.projectId === projectId)

  /** One after another in a project, so that what is read is never older than what was done; all that wait at once. */
  function judge(projectId: string, { sockets, entering, changed, removed, all }: Asked) {
    const work = waiting.get(projectId) ?? newWork()
    for (const socket of sockets) work.sockets.add(socket)
    for (const socket of entering ?? []) work.entering.add(socket)
    for (const id of changed ?? []) work.changed.add(id)
    for (const key of removed ?? []) work.removed.add(key)
    work.all ||= all ?? false
    const joined = waiting.has(projectId) && latest.get(projectId)
    if (joined) return joined
    waiting.set(projectId, work)
    const before = latest.get(projectId)?.catch(() => undefined) ?? Promise.resolve()
    const done = before.then(() => {
      waiting.delete(projectId)
      return settle(projectId, work)
    })
    latest.set(projectId, done)
    const forget = () => latest.get(projectId) === done && latest.delete(projectId)
    done.then(forget, forget)
    return done
  }

  async function settle(projectId: string, work: Work) {
    const readable = await readReadable(db, projectId, work.sockets)
    // Meanwhile the last one may have left.
    if (!adapter.rooms.has(projectRoom(projectId))) return
    const moves = [...work.sockets].flatMap((socket) =>
      isIn(socket, projectId)
        ? move(socket, projectId, readable.of.get(socket.data.principal.id) ?? [], work)
        : [],
    )
    const isLate = work.sockets.size > work.entering.size
    const heard = readable.rows.filter(({ id, kind }) => {
      const room = kind === 'public' ? projectRoom(projectId) : channelRoom(id)
      if (!adapter.rooms.has(room)) return false
      if (isLate && !channels.has(id)) work.changed.add(id)
      channels.set(id, { projectId, room })
      inRoom.set(room, (inRoom.get(room) ?? new Set()).add(id))
      return true
    })
    const ids = heard.map(({ id }) => id)
    await Promise.all([...moves, feed.follow(ids)])
    const told = work.all ? ids : [...work.changed].filter((id) => channels.has(id))
    if (told.length > 0) await tell(told)
  }

  /** Whoever lost a channel is told; who got one, with all who have it. */
  function move(socket: IoSocket, projectId: string, may: string[], work: Work) {
    const userId = socket.data.principal.id
    const later = waiting.get(projectId)?.removed
    const gained = may.filter(
      (id) => !socket.rooms.has(channelRoom(id)) && !later?.has(keyOf(userId, id)),
    )
    if (!work.entering.has(socket)) for (const id of gained) work.changed.add(id)
    const lost = held(socket, projectId).filter((id) => !may.includes(id))
    return [...lost.map((id) => drop(socket, projectId, id)), socket.join(gained.map(channelRoom))]
  }

  function drop(socket: IoSocket, projectId: string, channelId: string) {
    outlet.toRoom(socket.id, [encodeEvent('channel_removed', { projectId, channelId })])
    return socket.leave(channelRoom(channelId))
  }

  /** Read after its feed is followed: what comes later is told as a message. */
  async function tell(channelIds: string[]) {
    const infos = await selectChannels(db)
      .where('channels.id', '=', sql<string>`any(${channelIds}::uuid[])`)
      .execute()
    for (const info of infos) {
      const room = channels.get(info.id)?.room
      if (room) outlet.toRoom(room, [encodeEvent('channel_changed', info)])
    }
  }

  /** Until it is done: somebody may hear what is not theirs any more. */
  function insist(projectId: string, asked: Asked) {
    judge(projectId, asked).catch((error: unknown) => {
      if (closed) return
      log.warn({ err: error, projectId }, 'access to channels cannot be judged now')
      setTimeout(() => closed || insist(projectId, asked), RETRY).unref()
    })
  }

  function look(change: ChannelChange) {
    const { projectId, channelId, userIds, removed = [] } = change
    options.onChange?.(change)
    if (!adapter.rooms.has(projectRoom(projectId))) return
    for (const socket of removed.map(userRoom).flatMap(socketsIn))
      if (socket.rooms.has(channelRoom(channelId))) void drop(socket, projectId, channelId)
    const rooms = userIds?.map(userRoom) ?? [projectRoom(projectId)]
    insist(projectId, {
      sockets: rooms.flatMap(socketsIn),
      changed: [channelId],
      removed: removed.map((id) => keyOf(id, channelId)),
    })
  }

  async function refresh(all: boolean) {
    const rooms = [...adapter.rooms.keys()].filter((room) => room.startsWith(PROJECT))
    for (const room of rooms)
      await judge(room.slice(PROJECT.length), { sockets: socketsIn(room), all })
  }

  const forgetRoom = (room: string) => {
    for (const id of inRoom.get(room) ?? []) {
      feed.unfollow(id)
      channels.delete(id)
    }
    inRoom.delete(room)
  }
  adapter.on('delete-room', forgetRoom)
  const news = createTopic<ChannelChange>(bus, TOPIC)
  const stop = news.subscribe(look)
  const onError = (error: unknown) =>
    log.warn({ err: error }, 'access to channels cannot be judged now')
  const lookout = createLookout({ bus, calm: CALM, look: () => refresh(false), onError })

  return {
    enter: (socket, projectId) => judge(projectId, { sockets: [socket], entering: [socket] }),
    async leave(socket, projectId) {
      const ids = held(socket, projectId)
      await Promise.all(ids.map(async (id) => socket.leave(channelRoom(id))))
    },
    changed(change) {
      news.publish(change)
      look(change)
    },
    refreshAll: () => refresh(true),
    close() {
      closed = true
      lookout.close()
      adapter.off('delete-room', forgetRoom)
      stop()
    },
  }
}

/** Public channels, and those of others than can be read by all, with one row per reader. */
async function readReadable(db: Db, projectId: string, sockets: Set<IoSocket>) {
  const userIds = [...new Set([...sockets].map(({ data }) => data.principal.id))]
  const rows = await selectReaders(db, userIds)
    .where('channels.projectId', '=', projectId)
    .where(({ or, eb }) =>
      or([eb('channels.kind', '=', 'public'), eb('channelMembers.userId', 'is not', null)]),
    )
    .execute()
  const of = new Map<string, string[]>()
  for (const { id, userId } of rows) if (userId) of.set(userId, [...(of.get(userId) ?? []), id])
  return { rows, of }
}
