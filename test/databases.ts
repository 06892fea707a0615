// Both kinds of database for a test that runs on each, and people and channels straight in them.
import { inject } from 'vitest'
import { v7 as uuid } from 'uuid'
import type { Db } from '../db/database.ts'
import type { ProjectRole } from '../protocol/access.ts'
import type { ChannelKind } from '../protocol/chat.ts'
import type { Draft } from '../realtime/chat/draft.ts'
import { createPostgresDatabase } from './postgres.ts'

export const kinds = [
  { name: 'PGlite', open: () => Promise.resolve({ dataDir: 'memory://' }) },
  ...(inject('postgresUrl')
    ? [
        {
          name: 'PostgreSQL',
          open: async () => ({ dataDir: '', ...(await createPostgresDatabase()) }),
        },
      ]
    : []),
]

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
