// A project's updates: told in order to the sockets in its room, and read by whoever was away.
import type { Logger } from 'pino'
import {
  readActivity,
  readActivityHeads,
  type ActorUpdate,
  type Publish,
} from '../../db/activity.ts'
import type { Db } from '../../db/database.ts'
import type { Bus } from '../../protocol/bus.ts'
import { projectRoom } from '../../protocol/names.ts'
import { createFeed, type Entry } from '../feed.ts'
import type { Io } from '../io.ts'
import { encodeEvent, type Outlet } from '../outlet.ts'

export interface UpdatesOptions {
  db: Db
  io: Io
  bus: Bus
  outlet: Outlet
  log: Logger
}

export type Updates = ReturnType<typeof createUpdates>

export function createUpdates({ db, io, bus, outlet, log }: UpdatesOptions) {
  const feed = createFeed({
    topic: 'updates',
    bus,
    log,
    heads: (projectIds) => readActivityHeads(db, projectIds),
    async read(projectId, after, limit) {
      const rows = await readActivity(db, projectId, after, limit)
      return rows.map(({ update, actorId }) => toEntry({ ...update, actorId }))
    },
    deliver: (projectId, packets) => outlet.toRoom(projectRoom(projectId), packets),
  })
  const prefix = projectRoom('')
  // The last of this node's sockets left it.
  io.sockets.adapter.on('delete-room', (room: string) => {
    if (room.startsWith(prefix)) feed.unfollow(room.slice(prefix.length))
  })

  const publish: Publish = (update) => feed.publish(update.projectId, [toEntry(update)])
  return {
    publish,
    /** Call it when a socket is in the room: that ends it, too. */
    follow: (projectId: string) => feed.follow([projectId]),
    close: () => feed.close(),
  }
}

/** Without an actor when that account is gone, too. */
function toEntry({ actorId, ...update }: ActorUpdate): Entry {
  const packet = encodeEvent('project_update', update, actorId ?? undefined)
  return { position: update.seq, packet }
}
