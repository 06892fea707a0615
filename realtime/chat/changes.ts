// The feed of chat: what changed in a channel, to this node's sockets that may read it, in the order of its revs.
import type { Logger } from 'pino'
import { sql } from 'kysely'
import type { Db } from '../../db/database.ts'
import type { Bus } from '../../protocol/bus.ts'
import type { ChatMessage } from '../../protocol/chat.ts'
import { channelRoom, DEFAULT_CHANNEL, projectRoom } from '../../protocol/names.ts'
import { createFeed, type Entry, type Feed } from '../feed.ts'
import { encodeEvent, type Outlet } from '../outlet.ts'
import { selectMessages, toMessage } from './messages.ts'

export interface ChangesOptions {
  db: Db
  bus: Bus
  outlet: Outlet
  log: Logger
}

export interface FollowedChannel {
  projectId: string
  /** The Socket.IO room of those who may read it */
  room: string
}

export interface Changes extends Feed {
  /** Channels that somebody on this node may read; undefined for others */
  find(channelId: string): FollowedChannel | undefined
  /** The first channel of a project that somebody on this node is in */
  findDefault(projectId: string): string | undefined
}

/** A position is a rev. */
export const newEntry = (message: ChatMessage): Entry => ({
  position: message.rev,
  packet: encodeEvent('chat_message', message, message.author.id),
})

/** @param userId whose doing the change was */
export const changedEntry = (message: ChatMessage, userId?: string): Entry => ({
  position: message.rev,
  packet: encodeEvent('message_changed', message, userId),
})

export function createChanges({ db, bus, outlet, log }: ChangesOptions): Changes {
  const channels = new Map<string, FollowedChannel>()
  /** By project */
  const defaults = new Map<string, string>()

  const feed: Feed = createFeed({
    topic: 'chat',
    bus,
    log,
    // Asked before anything is told of a channel, so that its room is known; kinds do not change.
    async heads(keys) {
      const rows = await db
        .selectFrom('channels')
        .select(['id', 'projectId', 'kind', 'name', 'lastRev'])
        .where('id', '=', sql<string>`any(${keys}::uuid[])`)
        .execute()
      for (const { id, projectId, kind, name } of rows) {
        const room = kind === 'public' ? projectRoom(projectId) : channelRoom(id)
        // Meanwhile the last one may have left.
        if (!feed.follows(id)) continue
        channels.set(id, { projectId, room })
        if (name === DEFAULT_CHANNEL) defaults.set(projectId, id)
      }
      return new Map(rows.map(({ id, lastRev }) => [id, lastRev]))
    },
    async read(key, after, limit, told) {
      const rows = await selectMessages(db)
        .where('messages.channelId', '=', key)
        .where('messages.rev', '>', after)
        .orderBy('messages.rev')
        .limit(limit)
        .execute()
      return rows.map((row) =>
        row.createdRev > told ? newEntry(toMessage(row)) : changedEntry(toMessage(row)),
      )
    },
    deliver(key, packets) {
      const channel = channels.get(key)
      if (channel) outlet.toRoom(channel.room, packets)
    },
  })
  return {
    ...feed,
    find: (channelId) => channels.get(channelId),
    findDefault: (projectId) => defaults.get(projectId),
    unfollow(key) {
      const projectId = channels.get(key)?.projectId
      if (projectId && defaults.get(projectId) === key) defaults.delete(projectId)
      channels.delete(key)
      feed.unfollow(key)
    },
  }
}
