// Group commit, on both databases: what waits together is written together, and nothing waits for ever.
import { pino } from 'pino'
import { describe, expect, test } from 'vitest'
import type { ChatMessage } from '../../../protocol/chat.ts'
import type { AppError } from '../../../protocol/errors.ts'
import { addUser, kinds, makeRoom, openKind } from '../../../test/databases.ts'
import { createWriter } from './writer.ts'

describe.each(kinds)('$name', (kind) => {
  const database = openKind(kind)

  test('messages that come while one transaction is under way share the next', async () => {
    const ada = await addUser(database.db, 'ada')
    const { draft } = await makeRoom(database.db, { member: [ada] })
    const batches: number[] = []
    const writer = createWriter({
      db: database.db,
      log: pino({ level: 'silent' }),
      tell: ({ written }) => void batches.push(written.length),
    })
    const sent = await Promise.all(
      Array.from({ length: 300 }, (_, n) => writer.send(draft(ada, `m${n}`))),
    )
    expect(sent.map(({ seq }: ChatMessage) => seq)).toEqual(sent.map((_, n) => n + 1))
    expect(batches.length).toBeLessThan(5)
    expect(batches.reduce((sum, size) => sum + size)).toBe(300)
  })

  test('[CH3] a repetition joins what is under way, and another text does not', async () => {
    const ada = await addUser(database.db, 'ada')
    const { draft } = await makeRoom(database.db, { member: [ada] })
    const written: number[] = []
    const writer = createWriter({
      db: database.db,
      log: pino({ level: 'silent' }),
      tell: (batch) => void written.push(batch.outcomes.length),
    })
    const once = draft(ada, 'once')
    const first = writer.send(once)
    const repeated = writer.send({ ...once })
    const other = writer.send({ ...once, message: 'other' })
    expect((await repeated).id).toBe((await first).id)
    await expect(other).rejects.toMatchObject({ code: 'CONFLICT' })
    expect(written).toEqual([2])
  })

  test('one that the database does not take does not keep the others', async () => {
    const ada = await addUser(database.db, 'ada')
    const { draft } = await makeRoom(database.db, { member: [ada] })
    const writer = createWriter({
      db: database.db,
      log: pino({ level: 'silent' }),
      tell: () => undefined,
    })
    const sent = await Promise.allSettled([
      writer.send(draft(ada, 'good')),
      writer.send(draft(ada, 'the schema keeps this out \u0000')),
      writer.send(draft(ada, 'good, too')),
    ])
    expect(sent.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
  })

  test('more than can be kept waiting is refused, with a sentence', async () => {
    const ada = await addUser(database.db, 'ada')
    const { draft } = await makeRoom(database.db, { member: [ada] })
    const writer = createWriter({
      db: database.db,
      log: pino({ level: 'silent' }),
      tell: () => undefined,
    })
    const long = 'x'.repeat(16_000)
    const sent = await Promise.allSettled(
      Array.from({ length: 600 }, () => writer.send(draft(ada, long))),
    )
    const refused = sent.flatMap((one) =>
      one.status === 'rejected' ? (one.reason as AppError) : [],
    )
    expect(refused.length).toBeGreaterThan(0)
    for (const error of refused) {
      expect(error.code).toBe('UNAVAILABLE')
      expect(error.message).toMatch(/try again$/)
    }
  })
})
