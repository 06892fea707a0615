// Idempotency-Key (draft-ietf-httpapi-idempotency-key-header): a write that is repeated because its answer was lost is
// carried out once. Its key is claimed before, and its answer kept after; what fails gives the key back.
import { createHash, randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { createMiddleware } from 'hono/factory'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import { sql } from 'kysely'
import type { Logger } from 'pino'
import { asUnavailable, type Db } from '../db/database.ts'
import { AppError } from '../protocol/errors.ts'
import type { RestContext, RestEnv } from './rest.ts'

const HEADER = 'Idempotency-Key'

const KEY = /^[\x21-\x7e]{1,200}$/

/** For the OpenAPI document */
export const idempotencyParameter = {
  name: HEADER,
  in: 'header',
  description:
    'Send the same key with a repeated request, and it is carried out once: the answer of the first one comes ' +
    'again, with Idempotency-Replayed: true. A key is good for one request and for 24 hours.',
  schema: { type: 'string', pattern: KEY.source },
  example: '0192f0c1-2b3c-7d4e-8f5a-6b7c8d9e0f1a',
} as const

/** The database's clock, which all nodes share. */
const ago = (time: string) => sql<string>`now() - ${time}::interval`

/** Claims without an answer that are older belong to nodes that died. */
const ABANDONED = '60 seconds'
const LIFETIME = '24 hours'
/** How often giving back or keeping is tried again, a second apart, while the database is away */
const MAX_TRIES = 60

export const deleteOldKeys = (db: Db) =>
  db.deleteFrom('idempotencyKeys').where('claimedAt', '<', ago(LIFETIME)).execute()

/** @returns whether nobody has the key */
async function claim(db: Db, userId: string, key: string, fingerprint: string, claimId: string) {
  const claimed = await db
    .insertInto('idempotencyKeys')
    .values({ userId, key, fingerprint, claimId })
    .onConflict((conflict) =>
      conflict
        .columns(['userId', 'key'])
        .doUpdateSet({ fingerprint, claimId, claimedAt: sql`now()` })
        .where('idempotencyKeys.status', 'is', null)
        .where('idempotencyKeys.claimedAt', '<', ago(ABANDONED)),
    )
    .returning('claimId')
    .executeTakeFirst()
  return claimed !== undefined
}

async function replay(c: RestContext, db: Db, userId: string, key: string, fingerprint: string) {
  const first = await db
    .selectFrom('idempotencyKeys')
    .select(['fingerprint', 'status', 'body'])
    .where('userId', '=', userId)
    .where('key', '=', key)
    .executeTakeFirst()
  if (first && first.fingerprint !== fingerprint) {
    throw new AppError('UNPROCESSABLE', `${HEADER} "${key}" was sent with another request before`)
  }
  // No row: it was given back a moment ago.
  if (!first || first.status === null) {
    c.header('Retry-After', '1')
    throw new AppError('CONFLICT', 'This is being carried out already; try again in a moment')
  }
  c.header('Idempotency-Replayed', 'true')
  if (first.status === 204) return c.body(null, 204)
  c.header('Content-Type', 'application/json')
  return c.body(first.body ?? '', first.status as ContentfulStatusCode)
}

/** Lets endpoints run their write once per key; requests without a key just run. */
export function idempotency(db: Db, log: Logger) {
  async function insist(work: () => Promise<unknown>) {
    for (let tries = 0; tries < MAX_TRIES; tries++) {
      await sleep(1_000, undefined, { ref: false })
      try {
        return await work()
      } catch (error) {
        if (!asUnavailable(error)) throw error
      }
    }
    return undefined
  }

  /** The request is over, whether this works or not: its own answer counts. */
  async function settle(work: () => Promise<unknown>) {
    try {
      await work()
    } catch (error) {
      log.warn({ err: error }, 'an idempotency key is not settled yet')
      if (asUnavailable(error)) insist(work).catch(() => undefined)
    }
  }

  async function once(c: RestContext, userId: string, write: () => Promise<Response>) {
    const key = c.req.header(HEADER)
    if (key === undefined) return write()
    if (!KEY.test(key)) {
      throw new AppError('VALIDATION_ERROR', `${HEADER}: 1 to 200 visible ASCII characters`)
    }
    const fingerprint = createHash('sha256')
      .update(`${c.req.method} ${c.req.path}\n${await c.req.text()}`)
      .digest('hex')
    const claimId = randomUUID()
    let answer: Response
    try {
      const isOurs = await claim(db, userId, key, fingerprint, claimId)
      if (!isOurs) return await replay(c, db, userId, key, fingerprint)
      answer = await write()
    } catch (error) {
      await settle(() =>
        db
          .deleteFrom('idempotencyKeys')
          .where('userId', '=', userId)
          .where('key', '=', key)
          .where('claimId', '=', claimId)
          .execute(),
      )
      throw error
    }
    const { status } = answer
    const body = await answer.clone().text()
    await settle(() =>
      db
        .updateTable('idempotencyKeys')
        .set({ status, body })
        .where('userId', '=', userId)
        .where('key', '=', key)
        .where('claimId', '=', claimId)
        .execute(),
    )
    return answer
  }

  return createMiddleware<RestEnv>(async (c, next) => {
    c.set('once', (userId, write) => once(c, userId, write))
    await next()
  })
}
