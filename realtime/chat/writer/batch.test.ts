// The transaction of a batch, on both databases: many messages, each with its own answer.
import { sql } from 'kysely'
import { describe, expect, test } from 'vitest'
import { v7 as uuid } from 'uuid'
import { addUser, kinds, makeRoom, openKind } from '../../../test/databases.ts'
import { writeBatch, type Batch } from './batch.ts'
import type { Draft } from './draft.ts'
import { readMessages } from '../messages.ts'

const codes = ({ outcomes }: Batch) =>
  outcomes.map((outcome) => ('error' in outcome ? outcome.error.code : outcome.message.seq))

describe.each(kinds)('$name', (kind) => {
  const database = openKind(kind)

  const messagesOf = ({ outcomes }: Batch) =>
    outcomes.flatMap((outcome) => ('message' in outcome ? outcome.message : []))

  test('[CH1] one that is refused does not touch its neighbours', async () => {
    const [ada, guest, outsider, mute] = await Promise.all(
      ['ada', 'guest', 'outsider', 'mute'].map((prefix) => addUser(database.db, prefix)),
    )
    const { db } = database
    const { projectId, general, addChannel, draft } = await makeRoom(database.db, {
      member: [ada!, mute!],
      guest: [guest!],
    })
    const secret = await addChannel('private', 'secret', [ada!])
    const old = await addChannel('public', 'old')
    await db
      .updateTable('channels')
      .set({ archivedAt: '2026-01-01T00:00:00Z' })
      .where('id', '=', old)
      .execute()
    const mutes = { projectId, userId: mute!.id, until: '2999-01-01T00:00:00Z' }
    await db.insertInto('mutes').values(mutes).execute()

    const batch = await writeBatch(db, [
      draft(ada!, 'one'),
      draft(guest!, 'guests only read'),
      draft(outsider!, 'a private project is hidden'),
      draft(mute!, 'muted'),
      draft(mute!, 'so is this channel', { channelId: secret }),
      draft(ada!, 'archived', { channelId: old }),
      draft(ada!, 'nowhere', { channelId: uuid() }),
      draft(ada!, 'no such thread', { threadId: uuid() }),
      draft(ada!, 'no such file', { attachmentIds: [uuid()] }),
      draft(ada!, 'in secret', { channelId: secret }),
      draft(ada!, 'two', { channelId: general }),
    ])
    expect(codes(batch)).toEqual([
      1,
      'INSUFFICIENT_PERMISSIONS',
      'NOT_FOUND',
      'INSUFFICIENT_PERMISSIONS',
      'NOT_FOUND',
      'INSUFFICIENT_PERMISSIONS',
      'NOT_FOUND',
      'NOT_FOUND',
      'NOT_FOUND',
      1,
      2,
    ])
    const stored = await db
      .selectFrom('messages')
      .innerJoin('channels', 'channels.id', 'messages.channelId')
      .select(['messages.message', 'channels.lastSeq', 'channels.lastRev'])
      .where('channels.projectId', '=', projectId)
      .orderBy('messages.id')
      .execute()
    expect(stored.map((row) => Object.values(row))).toEqual([
      ['one', 2, 2],
      ['in secret', 1, 1],
      ['two', 2, 2],
    ])
  })

  test('[CH3] the same nonce in one batch is one message, and so it is in a later one', async () => {
    const ada = await addUser(database.db, 'ada')
    const bob = await addUser(database.db, 'bob')
    const { draft } = await makeRoom(database.db, { member: [ada, bob] })
    const once = draft(ada, 'once', { nonce: 'n' })
    const first = await writeBatch(database.db, [
      once,
      { ...once },
      draft(ada, 'other', { nonce: 'n' }),
      draft(bob, "Bob's nonces are his own", { nonce: 'n' }),
    ])
    expect(codes(first)).toEqual([1, 1, 'CONFLICT', 2])
    const again = await writeBatch(database.db, [draft(ada, 'other', { nonce: 'n' }), once])
    expect(codes(again)).toEqual(['CONFLICT', 1])
    expect(messagesOf(again)[0]).toEqual(messagesOf(first)[0])
    expect(again.written).toEqual([])
  })

  test('a batch has as many statements as a message', async () => {
    const people = await Promise.all(Array.from({ length: 5 }, () => addUser(database.db, 'user')))
    const { draft } = await makeRoom(database.db, { member: people })
    let statements = 0
    const counting = database.db.withPlugin({
      transformQuery({ node }) {
        statements++
        return node
      },
      transformResult: ({ result }) => Promise.resolve(result),
    })
    const count = async (drafts: Draft[]) => {
      statements = 0
      expect(codes(await writeBatch(counting, drafts))).not.toContain('INTERNAL_ERROR')
      return statements
    }
    const one = await count([draft(people[0]!, 'one')])
    const many = people.flatMap((person) =>
      Array.from({ length: 20 }, (_, n) => draft(person, `message ${n}`)),
    )
    expect(await count(many)).toBe(one)
  })

  test('what a batch answers is what is read later', async () => {
    const ada = await addUser(database.db, 'ada')
    const bob = await addUser(database.db, 'bob')
    const { projectId, draft } = await makeRoom(database.db, { member: [ada, bob] })
    const file = {
      id: uuid(),
      projectId,
      uploadedBy: ada.id,
      name: 'a.png',
      type: 'image/png',
      size: 7,
    }
    await database.db
      .insertInto('attachments')
      .values({ ...file, width: 1, height: 2 })
      .execute()
    const text = `"quotes", \\back\\slashes, {braces}, NULL, 🎉 @${bob.user.username} @channel`
    const batch = await writeBatch(database.db, [
      draft(ada, text, { attachmentIds: [file.id] }),
      draft(bob, 'mine now', { attachmentIds: [file.id] }),
      draft(ada, 'twice', { attachmentIds: [file.id] }),
    ])
    expect(codes(batch)).toEqual([1, 'NOT_FOUND', 'NOT_FOUND'])
    const [sent] = messagesOf(batch)
    const { id: fileId, name: fileName, type, size } = file
    expect(sent).toMatchObject({
      message: text,
      mentions: [bob.id],
      mentionsAll: true,
      attachments: [{ id: fileId, name: fileName, type, size, width: 1, height: 2 }],
    })
    expect(await readMessages(database.db, [sent!.id])).toEqual([sent])
  })
})

// PGlite's one connection does one thing after another.
const postgres = kinds.filter(({ name }) => name === 'PostgreSQL')
describe.each(postgres)('$name, at the same time', (kind) => {
  const database = openKind(kind)

  test('[CH1] nothing comes in of somebody whose access ended before', async () => {
    const { db } = database
    const ada = await addUser(database.db, 'ada')
    const bob = await addUser(database.db, 'bob')
    const { addChannel, draft } = await makeRoom(database.db, { member: [ada, bob] })
    const channelId = await addChannel('private', 'secret', [ada, bob])
    let sending: Promise<Batch> | undefined
    await db.transaction().execute(async (trx) => {
      await trx
        .deleteFrom('channelMembers')
        .where('channelId', '=', channelId)
        .where('userId', '=', bob.id)
        .execute()
      // It sees a member, and must not believe it.
      sending = writeBatch(db, [
        draft(bob, 'too late', { channelId }),
        draft(ada, 'fine', { channelId }),
      ])
      await expect
        .poll(async () => {
          const { rows } = await sql`
          select from pg_stat_activity
          where datname = current_database() and wait_event_type = 'Lock'`.execute(db)
          return rows.length
        })
        .toBe(1)
    })
    expect(codes(await sending!)).toEqual(['NOT_FOUND', 1])
  })
})
