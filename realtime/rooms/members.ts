// What the answer to join_project says of the project's people.
import type { Db } from '../../db/database.ts'
import { publicColumns } from '../../db/people.ts'
import type { JoinedProject } from '../../protocol/events.ts'

/** As they are when they are not in the room. */
export async function listMembers(db: Db, projectId: string): Promise<JoinedProject['members']> {
  const rows = await db
    .selectFrom('projectMembers')
    .innerJoin('users', 'users.id', 'projectMembers.userId')
    .innerJoin('userProfiles', 'userProfiles.userId', 'users.id')
    .select(publicColumns)
    .select(['projectMembers.role', 'projectMembers.lastSeenAt'])
    .where('projectMembers.projectId', '=', projectId)
    .orderBy('projectMembers.joinedAt')
    .execute()
  return rows.map((row) => ({ ...row, status: 'offline', places: [] }))
}

/** @returns until when a person cannot write in the chat; null: they can */
export async function readMute(db: Db, projectId: string, userId: string): Promise<string | null> {
  const mute = await db
    .selectFrom('mutes')
    .select('until')
    .where('projectId', '=', projectId)
    .where('userId', '=', userId)
    .where('until', '>', new Date().toISOString())
    .executeTakeFirst()
  return mute?.until ?? null
}
