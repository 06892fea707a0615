// One contract for both databases; on PostgreSQL, what happens at the same moment really meets.
import { sql } from 'kysely'
import { afterAll, describe, expect, inject, onTestFinished, test } from 'vitest'
import type { ProjectMessages } from './messages/routes.ts'
import { createPostgresDatabase } from '../test/postgres.ts'
import { openRest, type Reply } from '../test/rest.ts'
import type { Issue } from './issues/schema.ts'

const kinds = ['PGlite', ...(inject('postgresUrl') ? ['PostgreSQL'] : [])]

async function openOn(kind: string) {
  if (kind === 'PGlite') return openRest()
  const { url, drop } = await createPostgresDatabase()
  // Before openRest, whose own end must come first: hooks run in reverse.
  afterAll(drop)
  return openRest({ databaseUrl: url })
}

const summary = ({ status, headers }: Reply<unknown>) => [
  status,
  headers.get('idempotency-replayed'),
]

describe.each(kinds)('%s', async (kind) => {
  const rest = await openOn(kind)
  const { db, ask, signUp, makeProject } = rest
  const { owner, path, join } = await makeProject('once')
  const member = await join('contributor')

  const post = <Data>(to: string, key: string, body: unknown, { token } = owner) =>
    ask<Data>('POST', to, { token, body, headers: { 'idempotency-key': key } })
  const open = (key: string, title: string, person = owner) =>
    post<Issue>(`${path}/issues`, key, { title }, person)
  const count = async (title: string) => {
    const { data } = await owner.get<Issue[]>(`${path}/issues`)
    return data.filter((issue) => issue.title === title).length
  }

  test('[I1] the same key with the same request is one change, answered again', async () => {
    const first = await open('k1', 'one')
    const second = await open('k1', 'one')
    expect([summary(first), summary(second)]).toEqual([
      [201, null],
      [201, 'true'],
    ])
    expect([second.data, second.meta]).toEqual([first.data, first.meta])
    expect(second.headers.get('content-type')).toBe(first.headers.get('content-type'))
    expect(await count('one')).toBe(1)
  })

  test('[I1] several at once: exactly one effect, and nobody hears of another', async () => {
    const replies = await Promise.all(Array.from({ length: 8 }, () => open('k2', 'race')))
    expect(await count('race')).toBe(1)
    expect(replies.filter((reply) => summary(reply).join() === '201,')).toHaveLength(1)
    const told = replies.map(({ status, data, headers }) =>
      status === 201 ? data.title : `${status}, try again after ${headers.get('retry-after')}`,
    )
    expect(told.filter((text) => !['race', '409, try again after 1'].includes(text))).toEqual([])
    expect(summary(await open('k2', 'race'))).toEqual([201, 'true'])
  })

  test('[I1] keys of different people are different keys, and without a key everything counts', async () => {
    await open('k3', 'mine')
    expect(summary(await open('k3', 'mine', member))).toEqual([201, null])
    await owner.post(`${path}/issues`, { title: 'mine' })
    await owner.post(`${path}/issues`, { title: 'mine' })
    expect(await count('mine')).toBe(4)
  })

  test('[I2] the same key with another body or path is refused, and named', async () => {
    await open('k4', 'first')
    for (const reply of [
      await open('k4', 'other'),
      await post('projects', 'k4', { title: 'first' }),
    ]) {
      expect([reply.status, reply.error.code]).toEqual([422, 'UNPROCESSABLE'])
      expect(reply.error.message).toContain('"k4"')
    }
    expect(await count('other')).toBe(0)
  })

  test('[I3] what was refused may be corrected under the same key', async () => {
    expect((await open('k5', '')).status).toBe(400)
    const stranger = await signUp(`stranger${kind.toLowerCase()}`)
    expect((await open('k5', 'corrected', stranger)).status).toBe(403)
    expect(summary(await open('k5', 'corrected'))).toEqual([201, null])
    await owner.post(`${path}/members`, { username: stranger.user.username, role: 'contributor' })
    expect(summary(await open('k5', 'corrected', stranger))).toEqual([201, null])
  })

  test('[I5] answers with secrets are not kept', async () => {
    for (const to of ['auth/tickets', `${path}/invites`]) {
      const replies = [await post(to, 'k6', {}), await post(to, 'k6', {})]
      expect(replies.map(summary)).toEqual([
        [201, null],
        [201, null],
      ])
      expect(replies[0]?.data).not.toEqual(replies[1]?.data)
    }
    const kept = await db.selectFrom('idempotencyKeys').select('key').execute()
    expect(kept.map(({ key }) => key)).not.toContain('k6')
  })

  test.each([
    ['empty', ''],
    ['too long', 'x'.repeat(201)],
    ['with a space', 'a b'],
    ['not ASCII', 'ä'],
  ])('a key that is %s is refused', async (_, key) => {
    const { status, error } = await open(key, 'bad key')
    expect([status, error.code]).toEqual([400, 'VALIDATION_ERROR'])
    expect(error.message).toContain('Idempotency-Key')
    expect(await count('bad key')).toBe(0)
  })

  test('the longest key and any visible character will do', async () => {
    for (const key of ['~'.repeat(200), '"quoted!"']) {
      expect([(await open(key, 'odd')).status, (await open(key, 'odd')).status]).toEqual([201, 201])
    }
    expect(await count('odd')).toBe(2)
  })

  test('[I1] a key is forgotten after a day, at a sign-in', async () => {
    await open('old', 'daily')
    await sql`update idempotency_keys set claimed_at = now() - interval '25 hours' where key = 'old'`.execute(
      db,
    )
    const body = { email: owner.user.username, password: 'correct horse' }
    expect((await ask('POST', 'auth/login', { body })).status).toBe(200)
    expect(summary(await open('old', 'daily'))).toEqual([201, null])
    expect(summary(await open('k1', 'one'))).toEqual([201, 'true'])
  })
})

describe('a write under way', () => {
  interface Held {
    answer(): void
    fail(): void
  }

  /** Messages that wait until they are told how to end. */
  async function openHeld() {
    const held: Held[] = []
    const started: ((run: Held) => void)[] = []
    const send: ProjectMessages['send'] = (sender, _project, { message }) =>
      new Promise((resolve, reject) => {
        const run = {
          answer: () =>
            resolve({
              id: crypto.randomUUID(),
              projectId: crypto.randomUUID(),
              channelId: crypto.randomUUID(),
              seq: held.length,
              rev: held.length,
              threadId: null,
              message,
              nonce: 'n',
              createdAt: new Date().toISOString(),
              author: sender.user,
              editedAt: null,
              deletedAt: null,
              system: null,
              thread: null,
              reactions: [],
              attachments: [],
              mentions: [],
              mentionsAll: false,
            }),
          fail: () => reject(new Error('broken')),
        }
        held.push(run)
        started.shift()?.(run)
      })
    const rest = await openRest({ messages: { send, list: () => Promise.reject(new Error('no')) } })
    const { owner, path } = await rest.makeProject('held')
    const post = () =>
      rest.ask<{ seq: number }>('POST', `${path}/messages`, {
        token: owner.token,
        body: { message: 'hello' },
        headers: { 'idempotency-key': 'k' },
      })
    onTestFinished(() => held.forEach((run) => run.fail()))
    /** Resolves when the message is about to be sent. */
    const begin = async () => {
      const begun = new Promise<Held>((resolve) => started.push(resolve))
      const reply = post()
      return { reply, run: await begun }
    }
    return { ...rest, held, post, begin }
  }

  test('[I2] answers the second one with CONFLICT and when to try again', async () => {
    const { post, begin, held } = await openHeld()
    const { reply, run } = await begin()
    const second = await post()
    expect([second.status, second.error.code]).toEqual([409, 'CONFLICT'])
    expect(second.headers.get('retry-after')).toBe('1')
    run.answer()
    expect(summary(await reply)).toEqual([201, null])
    expect(summary(await post())).toEqual([201, 'true'])
    expect(held).toHaveLength(1)
  })

  test('[I3] gives the key back when it ends as an error of ours', async () => {
    const { begin } = await openHeld()
    const first = await begin()
    first.run.fail()
    expect((await first.reply).status).toBe(500)
    const second = await begin()
    second.run.answer()
    expect(summary(await second.reply)).toEqual([201, null])
  })

  test('[I4] is given up after a minute, and its late answer changes nothing', async () => {
    const { db, begin, post } = await openHeld()
    const age = (interval: string) =>
      sql`update idempotency_keys set claimed_at = now() - ${interval}::interval`.execute(db)
    const first = await begin()
    await age('59 seconds')
    expect((await post()).status).toBe(409)
    await age('61 seconds')
    const second = await begin()
    first.run.fail()
    expect((await first.reply).status).toBe(500)
    expect((await post()).status).toBe(409)
    second.run.answer()
    const answered = await second.reply
    expect((await post()).data).toEqual(answered.data)
  })
})
