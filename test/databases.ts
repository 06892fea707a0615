// Both kinds of database for a test that runs on each, and people and channels straight in them.
import { afterAll, beforeAll, inject } from 'vitest'
import { v7 as uuid } from 'uuid'
import { openDatabase, type DatabaseOptions, type Db, type OpenDatabase } from '../db/database.ts'
import type { ProjectRole } from '../protocol/access.ts'
import type { ChannelKind } from '../protocol/chat.ts'
import type { Draft } from '../realtime/chat/writer/draft.ts'
import { createPostgresDatabase } from './postgres.ts'

interface Kind {
  name: 'PGlite' | 'PostgreSQL'
  open(): Promise<DatabaseOptions & { drop?: () => Promise<void> }>
}

const pglite: Kind = { name: 'PGlite', open: () => Promise.resolve({ dataDir: 'memory://' }) }
const postgres: Kind = {
  name: 'PostgreSQL',
  open: async () => ({ dataDir: 'unused', ...(await createPostgresDatabase()) }),
}
/** The test command has said so when PostgreSQL is not to be had. */
export const kinds = inject('postgresUrl') ? [pglite, postgres] : [pglite]

/** A database for a suite; it is open while tests and hooks run. */
export function openKind({ open }: Kind) {
  let options: Awaited<ReturnType<Kind['open']>>
  let opened: OpenDatabase
  beforeAll(async () => {
    options = await open()
    opened = await openDatabase(options)
  })
  afterAll(async () => {
    await opened.close()
    await options.drop?.()
  })
  return {
    get db() {
      return opened.db
    },
  }
}

type Sender = Draft['sender']

export async function addUser(db: Db, prefix: string): Promise<Sender> {
  const id = uuid()
  const username = `${prefix}-${id.slice(-12)}`
  await db
    .insertInto('users')
    .values({ id, email: `${id}@a.example`, username })
    .execute()
  await db.insertInto('userProfiles').values({ id: uuid(), userId: id }).execute()
  return { id, role: 'member', user: { id, username, displayName: username, avatar: '' } }
}

/** A private project; each draft is for its channel "general" unless it says otherwise. */
export async function makeRoom(db: Db, people: Partial<Record<ProjectRole, Sender[]>>) {
  const projectId = uuid()
  const project = { id: projectId, name: 'P', slug: projectId, visibility: 'private' } as const
  await db.insertInto('projects').values(project).execute()
  const rows = Object.entries(people).flatMap(([role, users]) =>
    users.map(({ id }) => ({ id: uuid(), projectId, userId: id, role: role as ProjectRole })),
  )
  if (rows.length > 0) await db.insertInto('projectMembers').values(rows).execute()
  const addChannel = async (kind: ChannelKind, name: string | null, members: Sender[] = []) => {
    const id = uuid()
    await db.insertInto('channels').values({ id, projectId, kind, name }).execute()
    for (const { id: userId } of members)
      await db.insertInto('channelMembers').values({ channelId: id, userId }).execute()
    return id
  }
  const general = await addChannel('public', 'general')
  const draft = (sender: Sender, message: string, more: Partial<Draft> = {}): Draft => ({
    sender,
    project: projectId,
    message,
    nonce: uuid(),
    attachmentIds: [],
    system: null,
    ...more,
  })
  return { projectId, general, addChannel, draft }
}
