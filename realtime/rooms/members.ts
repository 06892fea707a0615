// What the answer to join_project says of the project's people.
import type { Db } from '../../db/database.ts'
import { publicColumns } from '../../db/people.ts'
import type { JoinedProject, PublicUser } from '../../protocol/events.ts'
import type { PresentPerson } from '../../protocol/presence.ts'

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

/** As they are now. */
export function addPresence<Member extends PublicUser>(
  members: readonly Member[],
  present: readonly PresentPerson[],
) {
  const byId = new Map(present.map((person) => [person.id, person]))
  return members.map((member) => ({ ...member, ...byId.get(member.id) }))
}
