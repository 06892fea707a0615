// Values that all nodes of an installation share, made by whichever needs one first.
import type { Db } from '../db/database.ts'

/** @param fresh a new value; another node may have been first */
export async function loadSecret(db: Db, name: string, fresh: string): Promise<string> {
  await db
    .insertInto('secrets')
    .values({ name, value: fresh })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
  const { value } = await db
    .selectFrom('secrets')
    .select('value')
    .where('name', '=', name)
    .executeTakeFirstOrThrow()
  return value
}
