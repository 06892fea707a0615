// What the server says in a channel by itself: who came and went, what was closed. After the commit of what it tells.
import type { Logger } from 'pino'
import type { ActorUpdate } from '../../db/activity.ts'
import type { Db } from '../../db/database.ts'
import { readPublicUser } from '../../db/people.ts'
import type { Principal } from '../../protocol/access.ts'
import type { CallAddress } from '../../protocol/calls.ts'
import type { SystemMessage } from '../../protocol/chat.ts'
import { AppError } from '../../protocol/errors.ts'
import type { Chat } from './chat.ts'
import type { Draft } from './writer/draft.ts'
import { SYSTEM_NONCE } from './schema.ts'

export interface Announcement {
  projectId: string
  /** The default channel, when it is missing */
  channelId?: string
  /** Whoever did it */
  authorId: string
  /** However often it is said, it is one message */
  nonce: string
  system: SystemMessage
}
/** Returns at once; what cannot be said now is tried again for a while. */
export type Announce = (announcement: Announcement) => void

export interface AnnouncerOptions {
  db: Db
  log: Logger
  /** Writes a message that needs no permission */
  say(draft: Pick<Draft, 'sender' | 'project' | 'channelId' | 'nonce' | 'system'>): Promise<unknown>
  /** Writes a message of somebody's, who needs permission */
  send: Chat['send']
}

type CallNews = [address: CallAddress, authorId: string, startedAt: string]
interface CallNotes {
  address: CallAddress
  author: Principal
  /** The same however often it is told */
  id: string
  message: string
}

const ATTEMPTS = 8
/** Between the first two, then twice as long each time; milliseconds. */
const DELAY = 500

export function createAnnouncer({ db, log, say, send }: AnnouncerOptions) {
  const timers = new Set<NodeJS.Timeout>()
  const underWay = new Set<Promise<unknown>>()

  async function attempt({ projectId: project, authorId, nonce, ...rest }: Announcement) {
    const user = await readPublicUser(db, authorId)
    const sender = { id: user.id, role: 'member', user } as const
    await say({ ...rest, project, sender, nonce: `${SYSTEM_NONCE}${nonce}` })
  }

  const announce = (announcement: Announcement) => insist(() => attempt(announcement))

  function insist(write: () => Promise<unknown>, attempts = 1) {
    const done: Promise<unknown> = write()
      .catch((error: unknown) => retry(write, attempts, error))
      .finally(() => underWay.delete(done))
    underWay.add(done)
  }

  function retry(write: () => Promise<unknown>, attempts: number, error: unknown) {
    // Its project, channel or author was deleted, or it was archived.
    if (error instanceof AppError && error.code !== 'UNAVAILABLE') return
    if (attempts === ATTEMPTS) {
      log.error({ err: error }, 'a message of the server could not be written')
      return
    }
    const timer = setTimeout(
      () => {
        timers.delete(timer)
        insist(write, attempts + 1)
      },
      DELAY * 2 ** (attempts - 1),
    )
    timers.add(timer)
  }

  function sayOfCall(
    type: 'call_started' | 'call_missed',
    ...[{ projectId, channelId }, authorId, startedAt]: CallNews
  ) {
    announce({
      projectId,
      ...(channelId && { channelId }),
      authorId,
      nonce: `${type === 'call_started' ? 'call' : type}:${startedAt}`,
      system: { type },
    })
  }

  return {
    announce,
    /** What of the project's log is worth a line in its chat. */
    update(update: ActorUpdate) {
      const said = describe(update)
      const { projectId, seq } = update
      if (said) announce({ projectId, nonce: `update:${seq}`, ...said })
    },

    /** What calls have to tell */
    calls: {
      onStarted: (...call: CallNews) => sayOfCall('call_started', ...call),
      onMissed: (...call: CallNews) => sayOfCall('call_missed', ...call),
      onNotes({ address: { projectId, channelId }, author, id, message }: CallNotes) {
        insist(() => send(author, projectId, { channelId, message, nonce: `standup:${id}` }))
      },
    },

    /** Resolves when what is being written is written; another attempt there is not. */
    async close() {
      const forget = () => timers.forEach((timer) => clearTimeout(timer))
      forget()
      await Promise.all(underWay)
      forget()
    },
  }
}

/** What server/issues and server/projects write into the log. */
interface Logged {
  id: string
  number: number
  title: string
  status: string
  /** Of an issue that was changed */
  previousStatus: string
}

function describe({ updateType, data, actorId }: ActorUpdate) {
  const { id, number, title, status, previousStatus } = data as Logged
  switch (updateType) {
    // Said by whoever came or went, also where a maintainer did it.
    case 'member_joined':
    case 'member_left':
      return { authorId: id, system: { type: updateType } }
    case 'issue_updated': {
      const isClosed = status === 'closed'
      if (actorId === null || isClosed === (previousStatus === 'closed')) return undefined
      const type = isClosed ? 'issue_closed' : 'issue_reopened'
      return { authorId: actorId, system: { type, number, title } as const }
    }
    default:
      return undefined
  }
}
