// Sign-ins. A sign-in is a family of session rows, one per refresh token; each token is exchanged once, and using
// one twice ends the family (RFC 9700, 4.14.2). Lucia 3 is no longer developed: it stays behind these functions.
import { createHash, createHmac, randomBytes } from 'node:crypto'
import { Lucia, TimeSpan, type Adapter, type DatabaseSession } from 'lucia'
import { v7 as uuid } from 'uuid'
import type { Db, Trx } from '../../db/database.ts'

declare module 'lucia' {
  interface Register {
    Lucia: Lucia
    DatabaseSessionAttributes: { familyId: string }
  }
}

/** Secrets that a client keeps are stored only as this. */
export const sha256 = (secret: string) => createHash('sha256').update(secret).digest('hex')
export const newSecret = () => randomBytes(32).toString('base64url')

const toSession = (row: { id: string; userId: string; familyId: string; expiresAt: string }) =>
  ({
    id: row.id,
    userId: row.userId,
    expiresAt: new Date(row.expiresAt),
    attributes: { familyId: row.familyId },
  }) satisfies DatabaseSession

const createAdapter = (db: Db | Trx): Adapter => ({
  async getSessionAndUser(id) {
    const row = await db
      .selectFrom('sessions')
      .selectAll()
      .where('id', '=', id)
      .where('rotatedAt', 'is', null)
      .executeTakeFirst()
    return row ? [toSession(row), { id: row.userId, attributes: {} }] : [null, null]
  },
  async getUserSessions(userId) {
    const rows = await db
      .selectFrom('sessions')
      .selectAll()
      .where('userId', '=', userId)
      .where('rotatedAt', 'is', null)
      .execute()
    return rows.map(toSession)
  },
  async setSession({ id, userId, expiresAt, attributes }) {
    const { familyId } = attributes
    await db
      .insertInto('sessions')
      .values({ id, userId, familyId, expiresAt: expiresAt.toISOString() })
      .execute()
  },
  async updateSessionExpiration(id, expiresAt) {
    await db
      .updateTable('sessions')
      .set({ expiresAt: expiresAt.toISOString() })
      .where('id', '=', id)
      .execute()
  },
  async deleteSession(id) {
    await db.deleteFrom('sessions').where('id', '=', id).execute()
  },
  async deleteUserSessions(userId) {
    await db.deleteFrom('sessions').where('userId', '=', userId).execute()
  },
  async deleteExpiredSessions() {
    await db.deleteFrom('sessions').where('expiresAt', '<=', new Date().toISOString()).execute()
  },
})

export interface StartedSession {
  userId: string
  /** The `sid` of its access tokens */
  familyId: string
  refreshToken: string
}

export type Rotation =
  | ({ state: 'rotated' } & StartedSession)
  /** Somebody has a token that was used before: the sign-in is over for everybody. */
  | { state: 'reused'; userId: string; familyId: string }
  | { state: 'unknown' }

/**
 * @param ttl seconds until an unused refresh token ends
 * @param key secret from which the successors of keyed exchanges are derived
 */
export function createSessions(db: Db, ttl: number, key: Uint8Array) {
  const lucia = (on: Db | Trx) =>
    new Lucia(createAdapter(on), { sessionExpiresIn: new TimeSpan(ttl, 's') })

  async function start(
    userId: string,
    familyId = uuid(),
    refreshToken = newSecret(),
    on: Db | Trx = db,
  ) {
    await lucia(on).createSession(userId, { familyId }, { sessionId: sha256(refreshToken) })
    return { userId, familyId, refreshToken } satisfies StartedSession
  }

  /**
   * @param attempt the client's name for this exchange: repeating both answers the same successor as long as that is
   *   unused, for a client that never got the first answer. Whoever stole the token alone does not know it.
   */
  const rotate = (refreshToken: string, attempt?: string): Promise<Rotation> =>
    db.transaction().execute(async (trx) => {
      const now = new Date().toISOString()
      const successor =
        attempt === undefined
          ? newSecret()
          : createHmac('sha256', key).update(`${refreshToken} ${attempt}`).digest('base64url')
      // Two at once: the second waits for the first one's row lock, and then finds the token used.
      const claimed = await trx
        .updateTable('sessions')
        .set({ rotatedAt: now })
        .where('id', '=', sha256(refreshToken))
        .where('rotatedAt', 'is', null)
        .where('expiresAt', '>', now)
        .returning(['userId', 'familyId'])
        .executeTakeFirst()
      if (claimed) {
        const { userId, familyId } = claimed
        return { state: 'rotated', ...(await start(userId, familyId, successor, trx)) }
      }
      const used = await trx
        .selectFrom('sessions')
        .select(['userId', 'familyId'])
        .where('id', '=', sha256(refreshToken))
        .where('rotatedAt', 'is not', null)
        .executeTakeFirst()
      if (!used) return { state: 'unknown' }
      const unused = await trx
        .selectFrom('sessions')
        .select(['userId', 'familyId'])
        .where('id', '=', sha256(successor))
        .where('rotatedAt', 'is', null)
        .where('expiresAt', '>', now)
        .executeTakeFirst()
      if (unused) return { state: 'rotated', ...unused, refreshToken: successor }
      await trx.deleteFrom('sessions').where('familyId', '=', used.familyId).execute()
      return { state: 'reused', ...used }
    })

  /** Ends the sign-in of a refresh token or, without one, the named family; undefined when it was over already. */
  async function end(of: { refreshToken: string } | { familyId: string }) {
    const family =
      'familyId' in of
        ? of.familyId
        : db.selectFrom('sessions').select('familyId').where('id', '=', sha256(of.refreshToken))
    return db
      .deleteFrom('sessions')
      .where('familyId', '=', family)
      .returning(['userId', 'familyId'])
      .executeTakeFirst()
  }

  return { start, rotate, end, deleteExpired: () => lucia(db).deleteExpiredSessions() }
}
