// People as others see them, in any query: one way to fall back where a profile says nothing.
import { sql } from 'kysely'
import { notFound } from '../protocol/errors.ts'
import type { PublicUser } from '../protocol/events.ts'
import type { Db, Trx } from './database.ts'

/** Columns of a PublicUser, where `users` and `userProfiles` are joined. */
export const publicColumns = [
  'users.id',
  'users.username',
  sql<string>`coalesce(user_profiles.display_name, users.username)`.as('displayName'),
  sql<string>`coalesce(user_profiles.avatar_url, '')`.as('avatar'),
] as const

/** The PublicUser of a user id column, as one JSON value; null where there is nobody. */
export const publicUser = (userId: string) => sql<PublicUser | null>`(
  select json_build_object(
    'id', u.id,
    'username', u.username,
    'displayName', coalesce(p.display_name, u.username),
    'avatar', coalesce(p.avatar_url, '')
  )
  from users u left join user_profiles p on p.user_id = u.id where u.id = ${sql.ref(userId)}
)`

/** @throws AppError NOT_FOUND */
export const readPublicUser = (db: Db | Trx, id: string): Promise<PublicUser> =>
  db
    .selectFrom('users')
    .innerJoin('userProfiles', 'userProfiles.userId', 'users.id')
    .select(publicColumns)
    .where('users.id', '=', id)
    .executeTakeFirstOrThrow(() => notFound('User'))
