// Changes of the chat that meet changes of access: who waits for whom. One connection cannot show it: PostgreSQL only.
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { openDatabase, type OpenDatabase } from '../../db/database.ts'
import { addUser, makeRoom } from '../../test/databases.ts'
import { createPostgresDatabase } from '../../test/postgres.ts'
import { judge, lockChannels } from './writer/admission.ts'
import { writeBatch } from './writer/batch.ts'
import { editMessage } from './edits.ts'

describe.skipIf(!inject('postgresUrl'))('on PostgreSQL', () => {
  let database: OpenDatabase
  let drop: () => Promise<void>
  beforeAll(async () => {
    const fresh = await createPostgresDatabase()
    drop = fresh.drop
    database = await openDatabase({ ...fresh, dataDir: '' })
  })
  afterAll(async () => {
    await database.close()
    await drop()
  })

  /** Resolves when somebody waits for somebody else. */
  async function waiting() {
    const count = async () => {
      const { rows } = await sql`select from pg_stat_activity
        where wait_event_type = 'Lock' and datname = current_database()`.execute(database.db)
      return rows.length
    }
    await expect.poll(count).toBeGreaterThan(0)
  }

  async function useMessage() {
    const { db } = database
    const [ada, eve] = [await addUser(db, 'ada'), await addUser(db, 'eve')]
    const room = await makeRoom(db, { member: [ada] })
    const { outcomes } = await writeBatch(db, [room.draft(ada, 'first')])
    const [outcome] = outcomes
    if (!outcome || !('message' in outcome)) throw new Error('not sent')
    return { ...room, db, ada, eve, messageId: outcome.message.id }
  }

  test('[M2] an edit that meets the removal of its author waits, and is refused', async () => {
    const { db, ada, projectId, messageId } = await useMessage()
    const edit = await db.transaction().execute(async (trx) => {
      await trx.deleteFrom('projectMembers').where('projectId', '=', projectId).execute()
      const edit = editMessage(db, ada, projectId, messageId, 'second').catch(String)
      await waiting()
      return { edit }
    })
    expect(await edit.edit).toMatch('Project not found')
  })

  test('a stranger waits for no lock', async () => {
    const { db, eve, projectId, general, messageId } = await useMessage()
    await db.transaction().execute(async (trx) => {
      await trx.selectFrom('channels').select('id').where('id', '=', general).forUpdate().execute()
      const edit = editMessage(db, eve, projectId, messageId, 'mine')
      await expect(edit).rejects.toMatchObject({ code: 'NOT_FOUND' })
    })
  })

  test('the deletion of a project waits for a message under way, and both succeed', async () => {
    const { db, ada, projectId, draft } = await useMessage()
    const { deletion } = await db.transaction().execute(async (trx) => {
      const message = draft(ada, 'second')
      const [channel] = await lockChannels(trx, [message])
      const deletion = db.deleteFrom('projects').where('id', '=', projectId).execute()
      await waiting()
      if (channel) await judge(trx, [{ ...message, channel }])
      return { deletion }
    })
    expect((await deletion)[0]?.numDeletedRows).toBe(1n)
  })
})
