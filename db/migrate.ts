// Brings a database to the newest schema. Kysely's migrator takes its own lock, so several nodes may start at once.
import type { Kysely } from 'kysely'
import { Migrator, type Migration } from 'kysely/migration'
import { foundation } from './migrations/0001_foundation.ts'
import { chat } from './migrations/0002_chat.ts'
import { former } from './migrations/0003_former.ts'
import { tree } from './migrations/0004_tree.ts'
import { history } from './migrations/0005_history.ts'
import { comments } from './migrations/0006_comments.ts'
import { append } from './migrations/0007_append.ts'
import { guests } from './migrations/0008_guests.ts'
import type { Database } from './schema.ts'

const migrations: Record<string, Migration> = {
  '0001_foundation': foundation,
  '0002_chat': chat,
  '0003_former': former,
  '0004_tree': tree,
  '0005_history': history,
  '0006_comments': comments,
  '0007_append': append,
  '0008_guests': guests,
}

export const createMigrator = (db: Kysely<Database>) =>
  new Migrator({ db, provider: { getMigrations: () => Promise.resolve(migrations) } })

/** @throws the error of the migration that failed; those before it stay applied */
export async function migrate(db: Kysely<Database>) {
  const { error } = await createMigrator(db).migrateToLatest()
  if (error instanceof Error) throw error
  if (error) throw new Error('A migration failed', { cause: error })
}
