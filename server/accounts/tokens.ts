// Access tokens: short JWTs with the specification's claims, and `sid`, the sign-in that they belong to.
import { jwtVerify, SignJWT } from 'jose'
import type { Db } from '../../db/database.ts'
import { systemPermissions } from '../../protocol/access.ts'
import { AppError } from '../../protocol/errors.ts'
import { isUuid } from '../../protocol/names.ts'
import { loadSecret } from '../secrets.ts'
import type { PrivateUser } from '../users/schema.ts'
import { newSecret } from './sessions.ts'

const parties = { issuer: 'openlaunch', audience: 'openlaunch' }

/** The key that all nodes sign with: from the configuration, or made once and kept in the database. */
export async function loadSigningKey(db: Db, fromConfig: string | undefined): Promise<Uint8Array> {
  if (fromConfig) return new TextEncoder().encode(fromConfig)
  return new TextEncoder().encode(await loadSecret(db, 'jwt', newSecret()))
}

/** @param ttl seconds that a token is good for */
export function createTokens(key: Uint8Array, ttl: number) {
  return {
    sign: ({ id, email, username, role }: PrivateUser, sessionId: string) =>
      new SignJWT({
        email,
        username,
        roles: [role],
        permissions: systemPermissions[role],
        sid: sessionId,
      })
        .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
        .setSubject(id)
        .setIssuer(parties.issuer)
        .setAudience(parties.audience)
        .setIssuedAt()
        .setExpirationTime(`${ttl}s`)
        .sign(key),

    /** @throws AppError AUTHENTICATION_FAILED */
    async verify(token: string): Promise<{ userId: string; sessionId: string }> {
      const verified = await jwtVerify(token, key, { ...parties, algorithms: ['HS256'] }).catch(
        () => undefined,
      )
      const { sub, sid } = verified?.payload ?? {}
      if (!sub || !isUuid(sub) || typeof sid !== 'string' || !isUuid(sid)) {
        throw new AppError('AUTHENTICATION_FAILED', 'Authentication failed')
      }
      return { userId: sub, sessionId: sid }
    },
  }
}
export type Tokens = ReturnType<typeof createTokens>
