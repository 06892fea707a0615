// Runs a migration written as plain SQL.
import { sql, type Kysely } from 'kysely'

/** One statement at a time: a prepared statement holds only one. */
export async function runScript(db: Kysely<unknown>, script: string) {
  for (const statement of script.split(';\n')) {
    if (statement.trim() !== '') await sql.raw(statement).execute(db)
  }
}
