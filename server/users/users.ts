// People: their public side, their own page, and finding them.
import { sql, type SqlBool } from 'kysely'
import type { Db, Trx } from '../../db/database.ts'
import { publicColumns } from '../../db/people.ts'
import type { PublicUser } from '../../protocol/events.ts'
import { notFound } from '../../protocol/errors.ts'
import { containsText, readPage, type PageQuery } from '../listing.ts'
import type { PrivateUser, ProfileChange, User } from './schema.ts'

const selectUsers = (db: Db | Trx) =>
  db
    .selectFrom('users')
    .innerJoin('userProfiles', 'userProfiles.userId', 'users.id')
    .select(publicColumns)
    .select([
      'userProfiles.bio',
      'userProfiles.avatarUrl',
      'userProfiles.location',
      'userProfiles.timezone',
      'userProfiles.githubUsername',
      'userProfiles.linkedinUrl',
      'userProfiles.websiteUrl',
      'userProfiles.skills',
      'userProfiles.interests',
      'users.createdAt',
    ])

/** What a person sees of their own. */
export const readPrivateUser = (db: Db | Trx, id: string): Promise<PrivateUser> =>
  selectUsers(db)
    .select(['users.email', 'users.emailVerified', 'users.role'])
    .where('users.id', '=', id)
    .executeTakeFirstOrThrow(() => notFound('User'))

export const readUser = (db: Db, username: string): Promise<User> =>
  selectUsers(db)
    .where(sql`lower(users.username)`, '=', username.toLowerCase())
    .executeTakeFirstOrThrow(() => notFound('User'))

/** @param options.renamed told when others see another name or picture */
export async function changeProfile(
  { db, renamed }: { db: Db; renamed(user: PublicUser): void },
  id: string,
  { displayName, skills, interests, ...change }: ProfileChange,
): Promise<PrivateUser> {
  await db
    .updateTable('userProfiles')
    .set({
      ...change,
      // Nobody is called nothing: without a name, the username stands for it.
      ...(displayName !== undefined && { displayName: displayName || null }),
      ...(skills && { skills: JSON.stringify(skills) }),
      ...(interests && { interests: JSON.stringify(interests) }),
      updatedAt: sql`now()`,
    })
    .where('userId', '=', id)
    .execute()
  const user = await readPrivateUser(db, id)
  if (displayName !== undefined || change.avatarUrl !== undefined) {
    const { username, displayName: name, avatar } = user
    renamed({ id, username, displayName: name, avatar })
  }
  return user
}

const hasSkill = (skill: string) => sql<SqlBool>`exists (
  select from jsonb_array_elements_text(user_profiles.skills) as skill(name)
  where lower(skill.name) = lower(${skill})
)`

/** @param filter.skills comma-separated; a person must have all of them */
export function searchUsers(
  db: Db,
  filter: { q?: string | undefined; skills?: string | undefined } & PageQuery,
) {
  let query = selectUsers(db).orderBy('users.username')
  if (filter.q) {
    query = query.where(containsText(['users.username', 'userProfiles.displayName'], filter.q))
  }
  for (const skill of filter.skills?.split(',') ?? []) {
    if (skill.trim() !== '') query = query.where(hasSkill(skill.trim()))
  }
  return readPage(query, filter)
}
