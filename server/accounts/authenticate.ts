// Who somebody is, for every plane: by access token, or by a ticket where a client can send no header.
import { sql, type ExpressionBuilder } from 'kysely'
import type { Db } from '../../db/database.ts'
import type { Database } from '../../db/schema.ts'
import type { Authenticate, Principal } from '../../protocol/access.ts'
import { AppError } from '../../protocol/errors.ts'
import { publicColumns } from '../../db/people.ts'
import { newSecret, sha256 } from './sessions.ts'
import type { Tokens } from './tokens.ts'

const TICKET_LIFETIME = 30_000

/** A sign-in lives as long as it has a refresh token that can still be used. */
const isAlive = (row: ExpressionBuilder<Database, 'sessions'>) =>
  row.and([
    row('sessions.rotatedAt', 'is', null),
    row('sessions.expiresAt', '>', new Date().toISOString()),
  ])

/** The system role behind each of these sign-ins that is alive. */
export async function readSignIns(db: Db, sessionIds: readonly string[]) {
  const rows = await db
    .selectFrom('sessions')
    .innerJoin('users', 'users.id', 'sessions.userId')
    .select(['sessions.familyId', 'users.role'])
    .where('sessions.familyId', '=', sql<string>`any(${sessionIds}::uuid[])`)
    .where(isAlive)
    .execute()
  return new Map(rows.map(({ familyId, role }) => [familyId, role]))
}

export function createAuthenticate(db: Db, tokens: Tokens) {
  /** One query: the person exists and the sign-in is alive. */
  async function findPrincipal(userId: string, sessionId: string): Promise<Principal> {
    const row = await db
      .selectFrom('users')
      .innerJoin('userProfiles', 'userProfiles.userId', 'users.id')
      .select(publicColumns)
      .select('users.role')
      .where('users.id', '=', userId)
      .where(({ exists, selectFrom }) =>
        exists(
          selectFrom('sessions')
            .select('sessions.id')
            .whereRef('sessions.userId', '=', 'users.id')
            .where('familyId', '=', sessionId)
            .where(isAlive),
        ),
      )
      .executeTakeFirst()
    if (!row) throw new AppError('INVALID_TOKEN', 'Invalid authentication token')
    const { role, ...user } = row
    return { id: user.id, role, user, sessionId }
  }

  const authenticate: Authenticate = async (token) => {
    const { userId, sessionId } = await tokens.verify(token)
    return findPrincipal(userId, sessionId)
  }

  async function createTicket({ id, sessionId }: Principal) {
    const ticket = newSecret()
    const expiresAt = new Date(Date.now() + TICKET_LIFETIME).toISOString()
    await db
      .insertInto('tickets')
      .values({ id: sha256(ticket), userId: id, familyId: sessionId, expiresAt })
      .execute()
    return { ticket, expiresAt }
  }

  /**
   * Takes a ticket, once.
   * @throws AppError AUTHENTICATION_FAILED or INVALID_TOKEN
   */
  async function redeemTicket(ticket: string): Promise<Principal> {
    const row = await db
      .deleteFrom('tickets')
      .where('id', '=', sha256(ticket))
      .returning(['userId', 'familyId', 'expiresAt'])
      .executeTakeFirst()
    if (!row || Date.parse(row.expiresAt) <= Date.now()) {
      throw new AppError('AUTHENTICATION_FAILED', 'Authentication failed')
    }
    return findPrincipal(row.userId, row.familyId)
  }

  return { authenticate, createTicket, redeemTicket }
}
