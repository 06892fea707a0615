import { SignJWT } from 'jose'
import { describe, expect, test } from 'vitest'
import { openRest, type Reply } from '../../test/rest.ts'
import { createAccountLimits } from './limits.ts'
import { registrationSchema, signedInSchema, type SignedIn } from './schema.ts'
import { loadSigningKey } from './tokens.ts'

const rest = await openRest()
const { ask, signUp, as } = rest
const refresh = (refreshToken: string, attempt?: string) =>
  ask<SignedIn>('POST', 'auth/refresh', {
    body: { refreshToken },
    ...(attempt && { headers: { 'idempotency-key': attempt } }),
  })
const login = (email: string, password: string, ip?: string) =>
  ask<SignedIn>('POST', 'auth/login', { body: { email, password }, ...(ip && { ip }) })
const statusAndCode = ({ status, error }: Reply<unknown>) => [status, error.code]

describe('registration', () => {
  test('signs in and never shows the password', async () => {
    const body = { email: 'Ann@example.org', username: 'ann', password: 'correct horse' }
    const { status, data } = await ask<SignedIn>('POST', 'auth/register', { body })
    expect(status).toBe(201)
    expect(() => signedInSchema.strict().parse(data)).not.toThrow()
    expect(JSON.stringify(data)).not.toMatch(/correct horse|argon2/)
    const me = await as(data.token).get<SignedIn['user']>('users/me')
    expect(me.data).toMatchObject({ username: 'ann', email: 'Ann@example.org', role: 'member' })
  })

  test('POST /users answers the account in data itself, as the specification’s test expects', async () => {
    const body = { email: 'test@example.com', username: 'testuser', password: 'SecurePassword123!' }
    const reply = await ask<Record<string, unknown>>('POST', 'users', { body })
    expect(reply.status).toBe(201)
    expect(reply.data).toMatchObject({ email: body.email, username: body.username })
    expect(reply.data['password']).toBeUndefined()
    expect((await as(String(reply.data['token'])).get('users/me')).status).toBe(200)
  })

  test.each([
    ['email', { email: 'TAKEN@example.org', username: 'other1' }],
    ['username', { email: 'other@example.org', username: 'TAKEN' }],
  ])('a taken %s is a conflict that says so, in any case of letters', async (field, changed) => {
    await ask('POST', 'auth/register', {
      body: { email: 'taken@example.org', username: 'taken', password: 'correct horse' },
    })
    const body = { ...changed, password: 'correct horse' }
    const reply = await ask('POST', 'auth/register', { body })
    expect(statusAndCode(reply)).toEqual([409, 'CONFLICT'])
    expect(reply.error.details).toEqual({ field })
  })

  test('many at once with one name make one account', async () => {
    const replies = await Promise.all(
      Array.from({ length: 5 }, (_, index) =>
        ask('POST', 'auth/register', {
          body: { email: `race${index}@example.org`, username: 'race', password: 'correct horse' },
        }),
      ),
    )
    expect(replies.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([
      201, 409, 409, 409, 409,
    ])
  })

  test('names of paths below /users are not to be had', async () => {
    for (const username of ['me', 'Search']) {
      const body = { email: `${username}@example.org`, username, password: 'correct horse' }
      const { status } = await ask('POST', 'auth/register', { body })
      // `me` is too short for a name anyway.
      expect(status).toBe(registrationSchema.safeParse(body).success ? 409 : 400)
    }
  })
})

describe('sign-in', () => {
  test('by email or username', async () => {
    await signUp('bob')
    for (const name of ['bob@example.org', 'BOB@example.org', 'bob', 'Bob']) {
      expect((await login(name, 'correct horse')).data.user.username).toBe('bob')
    }
  })

  test('a wrong password and an unknown account answer the same', async () => {
    await signUp('carol')
    const [wrong, unknown] = [await login('carol', 'wrong'), await login('nobody', 'wrong')]
    expect(statusAndCode(wrong)).toEqual([401, 'INVALID_CREDENTIALS'])
    expect(unknown.error).toEqual(wrong.error)
  })

  test('the eleventh wrong password is not tried, and another address is not locked out', async () => {
    await signUp('dora')
    for (let attempt = 0; attempt < 10; attempt++) await login('dora', 'wrong', '192.0.2.66')
    const refused = await login('dora', 'correct horse', '192.0.2.66')
    expect(statusAndCode(refused)).toEqual([429, 'RATE_LIMITED'])
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
    expect((await login('dora', 'correct horse', '192.0.2.67')).status).toBe(200)
  })

  test('many guesses at once count, too', async () => {
    await signUp('gus')
    const replies = await Promise.all(
      Array.from({ length: 15 }, (_, index) => login('gus', `guess ${index}`)),
    )
    expect(replies.filter(({ status }) => status === 401)).toHaveLength(10)
  })

  test('a right password clears the count', async () => {
    await signUp('emil')
    for (let round = 0; round < 2; round++) {
      for (let attempt = 0; attempt < 9; attempt++) await login('emil', 'wrong')
      expect((await login('emil', 'correct horse')).status).toBe(200)
    }
  })
})

test('requests to accounts are limited per address, and the answer says how', async () => {
  const { ask: askLimited } = await openRest({
    limits: createAccountLimits({ requestsPerMinute: 3 }),
  })
  const attempt = (ip: string, path = 'auth/refresh') =>
    askLimited('POST', path, { body: { refreshToken: 'none' }, ip })
  const first = await attempt('198.51.100.1')
  expect(first.headers.get('ratelimit-limit')).toBe('3')
  expect(first.headers.get('ratelimit-remaining')).toBe('2')
  await attempt('198.51.100.1')
  await attempt('198.51.100.1', 'users')
  const refused = await attempt('198.51.100.1')
  expect(statusAndCode(refused)).toEqual([429, 'RATE_LIMITED'])
  expect(refused.headers.get('retry-after')).toMatch(/^[1-9]\d*$/)
  expect((await attempt('198.51.100.2')).status).toBe(401)
})

describe('refresh tokens', () => {
  test('are exchanged for new ones of the same sign-in', async () => {
    const first = await signUp('frida')
    const second = await refresh(first.refreshToken)
    expect(second.status).toBe(200)
    expect(second.data.refreshToken).not.toBe(first.refreshToken)
    expect((await as(second.data.token).get('users/me')).status).toBe(200)
    expect((await refresh(second.data.refreshToken)).status).toBe(200)
  })

  test('used a second time, end the sign-in and its live connections', async () => {
    const { refreshToken, user } = await signUp('greta')
    const elsewhere = (await login('greta', 'correct horse')).data
    const second = (await refresh(refreshToken)).data
    expect(statusAndCode(await refresh(refreshToken))).toEqual([401, 'INVALID_TOKEN'])
    expect((await refresh(second.refreshToken)).status).toBe(401)
    expect(statusAndCode(await as(second.token).get('users/me'))).toEqual([401, 'INVALID_TOKEN'])
    expect(rest.accessChanges).toContainEqual(expect.objectContaining({ userId: user.id }))
    expect((await as(elsewhere.token).get('users/me')).status).toBe(200)
  })

  test('two uses at once: exactly one wins', async () => {
    const { refreshToken } = await signUp('hanna')
    const replies = await Promise.all([refresh(refreshToken), refresh(refreshToken)])
    expect(replies.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 401])
  })

  test('[T1] a repeated exchange with the same key answers the same successor, while it is unused', async () => {
    const { refreshToken } = await signUp('rotating')
    const [first, again] = await Promise.all([
      refresh(refreshToken, 'attempt-1'),
      refresh(refreshToken, 'attempt-1'),
    ])
    expect(first.status).toBe(200)
    expect(again.data.refreshToken).toBe(first.data.refreshToken)
    expect((await as(again.data.token).get('users/me')).status).toBe(200)
    const next = await refresh(first.data.refreshToken, 'attempt-2')
    expect(next.status).toBe(200)
    // The successor was used, so this is not a lost answer any more.
    expect((await refresh(refreshToken, 'attempt-1')).status).toBe(401)
    expect((await refresh(next.data.refreshToken)).status).toBe(401)
  })

  test('[T1] another key is no excuse', async () => {
    const { refreshToken } = await signUp('guessing')
    const { data } = await refresh(refreshToken, 'attempt-1')
    expect((await refresh(refreshToken, 'guess')).status).toBe(401)
    expect((await refresh(data.refreshToken)).status).toBe(401)
  })

  test('are stored only as hashes', async () => {
    const { refreshToken } = await signUp('ida')
    const rows = await rest.db.selectFrom('sessions').selectAll().execute()
    expect(JSON.stringify(rows)).not.toContain(refreshToken)
  })
})

describe('access tokens', () => {
  const { signingKey } = rest
  const forge = (key: Uint8Array, change: Record<string, unknown> = {}, age = '5m') =>
    new SignJWT({ sid: crypto.randomUUID(), ...change })
      .setProtectedHeader({ alg: 'HS256' })
      .setSubject(crypto.randomUUID())
      .setIssuer('openlaunch')
      .setAudience('openlaunch')
      .setExpirationTime(age)
      .sign(key)

  test('carry the claims of the specification', async () => {
    const { token, user } = await signUp('jonas')
    const claims = JSON.parse(atob(token.split('.')[1] ?? '')) as Record<string, number>
    expect(claims).toMatchObject({ sub: user.id, email: user.email, username: 'jonas' })
    expect(claims['roles']).toEqual(['member'])
    expect(claims['permissions']).toContain('project:read')
    expect((claims['exp'] ?? 0) - (claims['iat'] ?? 0)).toBe(900)
  })

  test.each<[string, () => string | Promise<string>, string]>([
    ['garbled', () => 'not.a.token', 'AUTHENTICATION_FAILED'],
    ['expired', () => forge(signingKey, {}, '-1s'), 'AUTHENTICATION_FAILED'],
    ['forged', () => forge(crypto.getRandomValues(new Uint8Array(32))), 'AUTHENTICATION_FAILED'],
    ['without sid', () => forge(signingKey, { sid: undefined }), 'AUTHENTICATION_FAILED'],
    ['of nobody', () => forge(signingKey), 'INVALID_TOKEN'],
    [
      'unsigned (alg none)',
      async () => {
        const { token } = await signUp('karl')
        return `${btoa('{"alg":"none"}').replaceAll('=', '')}.${token.split('.')[1]}.`
      },
      'AUTHENTICATION_FAILED',
    ],
  ])('%s are refused', async (_title, make, code) => {
    const reply = await as(await make()).get('users/me')
    expect(statusAndCode(reply)).toEqual([401, code])
  })

  test('a missing one is refused before the request is looked at', async () => {
    const reply = await ask('POST', 'projects', { body: '{' })
    expect(statusAndCode(reply)).toEqual([401, 'AUTHENTICATION_FAILED'])
    expect(reply.headers.get('www-authenticate')).toBe('Bearer')
  })

  test('the key is the same for all nodes that start at once', async () => {
    const keys = await Promise.all([
      loadSigningKey(rest.db, ''),
      loadSigningKey(rest.db, undefined),
    ])
    expect(keys).toEqual([signingKey, signingKey])
  })
})

describe('sign-out', () => {
  test('kills the access token at once and tells live connections', async () => {
    const { user, ...person } = await signUp('lena')
    expect((await person.post('auth/logout')).status).toBe(204)
    expect(statusAndCode(await person.get('users/me'))).toEqual([401, 'INVALID_TOKEN'])
    expect((await refresh(person.refreshToken)).status).toBe(401)
    expect(rest.accessChanges.at(-1)).toMatchObject({ userId: user.id })
    expect(rest.accessChanges.at(-1)?.sessionId).toBeDefined()
  })

  test('works by refresh token alone, and again', async () => {
    const { refreshToken, ...person } = await signUp('mia')
    const body = { refreshToken }
    expect((await ask('POST', 'auth/logout', { body })).status).toBe(204)
    expect((await ask('POST', 'auth/logout', { body })).status).toBe(204)
    expect((await person.get('users/me')).status).toBe(401)
  })

  test('without any token is refused', async () => {
    expect((await ask('POST', 'auth/logout')).status).toBe(401)
  })
})

describe('tickets', () => {
  test('authenticate once', async () => {
    const { user, ...person } = await signUp('nora')
    const { status, data } = await person.post<{ ticket: string }>('auth/tickets')
    expect(status).toBe(201)
    const principal = await rest.accounts.redeemTicket(data.ticket)
    expect(principal).toMatchObject({ id: user.id, user: { username: 'nora' } })
    await expect(rest.accounts.redeemTicket(data.ticket)).rejects.toMatchObject({
      code: 'AUTHENTICATION_FAILED',
    })
  })

  test('end with their sign-in, and after their time', async () => {
    const person = await signUp('olaf')
    const { data: late } = await person.post<{ ticket: string }>('auth/tickets')
    await rest.db.updateTable('tickets').set({ expiresAt: new Date().toISOString() }).execute()
    await expect(rest.accounts.redeemTicket(late.ticket)).rejects.toThrow('Authentication failed')
    const { data } = await person.post<{ ticket: string }>('auth/tickets')
    await person.post('auth/logout')
    await expect(rest.accounts.redeemTicket(data.ticket)).rejects.toMatchObject({
      code: 'INVALID_TOKEN',
    })
  })
})
