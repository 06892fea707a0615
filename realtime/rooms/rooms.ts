// Project rooms: joining, leaving, and being put out when access changes.
import { requireAccess, type ProjectAccess } from '../../db/access.ts'
import { readUpdatePage } from '../../db/activity.ts'
import type { Db } from '../../db/database.ts'
import { readMute } from '../../db/voice.ts'
import type { Permission } from '../../protocol/access.ts'
import type { CallAddress } from '../../protocol/calls.ts'
import type { CallSummary, JoinedProject, UpdatePage } from '../../protocol/events.ts'
import { AppError } from '../../protocol/errors.ts'
import { projectRoom, userRoom } from '../../protocol/names.ts'
import type { AccessChange, Caller, Holding } from '../../protocol/requests.ts'
import { listChannels } from '../chat/channels.ts'
import { emitTo } from '../emit.ts'
import type { Io, IoSocket } from '../io.ts'
import { createLanes } from '../lanes.ts'
import type { Presence } from '../presence/presence.ts'
import { addPresence, listMembers } from './members.ts'
import { shareReads } from './shared.ts'
import { createTurns } from './turns.ts'
import type { Updates } from './updates.ts'

export interface RoomsOptions {
  db: Db
  io: Io
  presence: Presence
  updates: Pick<Updates, 'follow'>
  /** The rooms of the project's channels that a socket may read */
  audience: {
    enter(socket: IoSocket, projectId: string): Promise<void>
    leave(socket: IoSocket, projectId: string): Promise<void>
  }
  calls: {
    summary(address: CallAddress): Promise<CallSummary | null>
    /** By channel id */
    channelCalls(projectId: string): Record<string, CallSummary>
  }
}

/** Who joins at the same time: after a restart it is everybody, and messages wait for the same database. */
const LANES = 16

export type Rooms = ReturnType<typeof createRooms>

export function createRooms(options: RoomsOptions) {
  const { db, io, presence, updates, audience, calls } = options
  const membersOf = shareReads((projectId) => listMembers(db, projectId))
  const newestOf = shareReads((projectId) => readUpdatePage(db, projectId, undefined))

  /** Most who come back missed nothing. */
  async function readMissed(projectId: string, since: number | undefined) {
    const newest = await newestOf(projectId)
    return since === undefined || since === newest.seq
      ? newest
      : readUpdatePage(db, projectId, since)
  }

  const inTurn = createTurns()
  const inLane = createLanes(LANES)

  /** All of it at once: whoever joins while it is awaited must not be taken out again. */
  const leave = async (socket: IoSocket, projectId: string) => {
    delete socket.data.joined[projectId]
    presence.left(projectId, socket)
    await Promise.all([audience.leave(socket, projectId), socket.leave(projectRoom(projectId))])
  }

  async function describe(
    { project, role, permissions }: ProjectAccess,
    userId: string,
    since: number | undefined,
  ): Promise<JoinedProject> {
    const { id: projectId } = project
    const [members, channels, call, mutedUntil, page] = await Promise.all([
      membersOf(projectId),
      listChannels(db, projectId, userId),
      calls.summary({ projectId }),
      readMute(db, projectId, userId),
      readMissed(projectId, since),
    ])
    const present = presence.list(projectId)
    return {
      projectId,
      // room:join is never a visitor's
      role: role as JoinedProject['role'],
      permissions,
      members: addPresence(members, present),
      present,
      channels,
      call,
      channelCalls: Object.fromEntries(
        Object.entries(calls.channelCalls(projectId)).filter(([channelId]) =>
          channels.some(({ id }) => id === channelId),
        ),
      ),
      mutedUntil,
      ...page,
    }
  }

  /** @returns undefined when the socket was put out meanwhile */
  async function enter({ socketId, principal }: Caller, projectId: string, since?: number) {
    const judge = () => requireAccess(db, principal, projectId, 'room:join')
    const { permissions } = await judge()
    const socket = io.sockets.sockets.get(socketId)
    if (!socket) throw new AppError('UNAVAILABLE', 'The connection was lost; join again')
    const isNew = !socket.data.joined[projectId]
    // Join first, read then: an update between the two arrives twice, and is known by its seq; none is missed.
    socket.data.joined[projectId] = permissions
    await socket.join(projectRoom(projectId))
    presence.joined(projectId, socket)
    try {
      await Promise.all([updates.follow(projectId), audience.enter(socket, projectId)])
      // Judged again now that closeFor() would find the socket: in between it could be missed.
      const answer = await describe(await judge(), principal.id, since)
      return socket.data.joined[projectId] && answer
    } catch (error) {
      // Whoever is told that they are not in must not be.
      if (isNew) await leave(socket, projectId)
      throw error
    }
  }

  /** Joining and leaving do not overlap: the last that was asked for is what holds. */
  const turnOf = ({ socketId }: Caller, projectId: string) => `${socketId} ${projectId}`

  return {
    join: (caller: Caller, projectId: string, since?: number): Promise<JoinedProject> =>
      inTurn(turnOf(caller, projectId), async () => {
        const attempt = () => inLane(() => enter(caller, projectId, since))
        const answer = (await attempt()) ?? (await attempt())
        if (answer) return answer
        throw new AppError('UNAVAILABLE', 'Your access changed while you were joining; join again')
      }),

    leave: (caller: Caller, projectId: string) =>
      inTurn(turnOf(caller, projectId), async () => {
        const socket = io.sockets.sockets.get(caller.socketId)
        if (socket?.data.joined[projectId]) await leave(socket, projectId)
        return null
      }),

    async listUpdates({ principal }: Caller, id: string, after: number): Promise<UpdatePage> {
      const { project } = await requireAccess(db, principal, id, 'room:join')
      return readUpdatePage(db, project.id, after)
    },

    /** What this node's sockets were let into. */
    holds: (): Holding[] =>
      [...io.sockets.sockets.values()].flatMap(({ data: { principal, joined } }) => [
        { principal },
        ...Object.entries(joined).map(([id, held]) => ({
          principal,
          project: {
            id,
            fits: (now: readonly Permission[]) =>
              now.length === held.length && held.every((permission) => now.includes(permission)),
          },
        })),
      ]),

    /** Puts this node's sockets of a person out; they come back and are judged again. */
    async closeFor({ userId, projectId, sessionId }: AccessChange) {
      for (const id of io.sockets.adapter.rooms.get(userRoom(userId)) ?? []) {
        const socket = io.sockets.sockets.get(id)
        if (!socket) continue
        if (sessionId !== undefined && socket.data.principal.sessionId !== sessionId) continue
        if (projectId === undefined) {
          socket.disconnect(true)
        } else if (socket.data.joined[projectId]) {
          await leave(socket, projectId)
          emitTo(socket, 'access_changed', { projectId })
        }
      }
    },
  }
}
