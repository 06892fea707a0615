// Registration, sign-in and its end.
import { sql } from 'kysely'
import { v7 as uuid } from 'uuid'
import { isUniqueViolation, type Db, type Trx } from '../../db/database.ts'
import type { Principal } from '../../protocol/access.ts'
import { AppError } from '../../protocol/errors.ts'
import type { AccessChange } from '../../protocol/requests.ts'
import { deleteOldKeys } from '../idempotency.ts'
import { readPrivateUser } from '../users/users.ts'
import { createAuthenticate } from './authenticate.ts'
import { hashPassword, verifyPassword } from './passwords.ts'
import type { Registration, SignedIn } from './schema.ts'
import { createSessions, type StartedSession } from './sessions.ts'
import { createTokens } from './tokens.ts'

export interface AccountOptions {
  db: Db
  /** From `loadSigningKey` */
  signingKey: Uint8Array
  /** Seconds */
  accessTokenTtl: number
  /** Seconds */
  refreshTokenTtl: number
  /** Told when a sign-in ended, so that its live connections are closed */
  accessChanged: (change: AccessChange) => void
}

/** Paths below /users. */
const reservedNames = new Set(['me', 'search'])

/** `users_username_key` and `users_email_key` are the two unique indexes of the table. */
const taken = (error: unknown) =>
  (error as { constraint?: unknown }).constraint === 'users_username_key'
    ? new AppError('CONFLICT', 'This username is taken', { field: 'username' })
    : new AppError('CONFLICT', 'There is an account with this email', { field: 'email' })

async function insertUser(trx: Trx, { email, username }: Registration, hash: string) {
  const id = uuid()
  await trx.insertInto('users').values({ id, email, username }).execute()
  await trx.insertInto('userProfiles').values({ id: uuid(), userId: id }).execute()
  await trx.insertInto('passwords').values({ userId: id, hash }).execute()
  return id
}

const findPassword = (db: Db, login: string) =>
  db
    .selectFrom('users')
    .innerJoin('passwords', 'passwords.userId', 'users.id')
    .select(['users.id', 'passwords.hash'])
    // A username holds no "@", so that both cannot mean different people.
    .where(login.includes('@') ? sql`lower(email)` : sql`lower(username)`, '=', login.toLowerCase())
    .executeTakeFirst()

export function createAccounts(options: AccountOptions) {
  const { db, accessChanged } = options
  const tokens = createTokens(options.signingKey, options.accessTokenTtl)
  const sessions = createSessions(db, options.refreshTokenTtl, options.signingKey)
  const { authenticate, createTicket, redeemTicket } = createAuthenticate(db, tokens)

  async function answer({ userId, familyId, refreshToken }: StartedSession): Promise<SignedIn> {
    const user = await readPrivateUser(db, userId)
    return { token: await tokens.sign(user, familyId), refreshToken, user }
  }

  /** @throws AppError CONFLICT with `details.field` */
  async function register(registration: Registration): Promise<SignedIn> {
    if (reservedNames.has(registration.username.toLowerCase())) {
      throw new AppError('CONFLICT', 'This username is taken', { field: 'username' })
    }
    const hash = await hashPassword(registration.password)
    const userId = await db
      .transaction()
      .execute((trx) => insertUser(trx, registration, hash))
      .catch((error: unknown) => {
        throw isUniqueViolation(error) ? taken(error) : error
      })
    return answer(await sessions.start(userId))
  }

  /**
   * @param login email or username
   * @throws AppError INVALID_CREDENTIALS
   */
  async function signIn(login: string, password: string): Promise<SignedIn> {
    const account = await findPassword(db, login.trim())
    const verified = await verifyPassword(account?.hash, password)
    if (!account || !verified) {
      throw new AppError('INVALID_CREDENTIALS', 'Email, username or password is wrong')
    }
    await deleteExpired()
    return answer(await sessions.start(account.id))
  }

  /** @throws AppError INVALID_TOKEN, also when the token was used before, which ends the sign-in */
  async function refresh(refreshToken: string, attempt?: string): Promise<SignedIn> {
    const rotation = await sessions.rotate(refreshToken, attempt)
    if (rotation.state === 'rotated') return answer(rotation)
    if (rotation.state === 'reused') {
      accessChanged({ userId: rotation.userId, sessionId: rotation.familyId })
    }
    throw new AppError('INVALID_TOKEN', 'The refresh token is not valid; sign in again')
  }

  async function signOut(of: { refreshToken: string } | Pick<Principal, 'sessionId'>) {
    const ended = await sessions.end('refreshToken' in of ? of : { familyId: of.sessionId })
    if (ended) accessChanged({ userId: ended.userId, sessionId: ended.familyId })
  }

  async function deleteExpired() {
    await sessions.deleteExpired()
    await db.deleteFrom('tickets').where('expiresAt', '<=', new Date().toISOString()).execute()
    await deleteOldKeys(db)
  }

  return { authenticate, createTicket, redeemTicket, register, signIn, refresh, signOut }
}
export type Accounts = ReturnType<typeof createAccounts>
