// The operator names administrators in ADMIN_USERNAMES. Only accounts that exist at the start are taken, so that
// nobody becomes one by registering a name first.
import { sql } from 'kysely'
import type { Db } from '../../db/database.ts'

export async function grantAdmin(db: Db, usernames: readonly string[]) {
  if (usernames.length === 0) return
  const names = usernames.map((name) => name.toLowerCase())
  await db
    .updateTable('users')
    .set({ role: 'admin' })
    .where(sql<string>`lower(username)`, 'in', names)
    .execute()
}
