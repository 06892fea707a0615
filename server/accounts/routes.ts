import { createMiddleware } from 'hono/factory'
import { createEndpoints, type RestEnv } from '../rest.ts'
import { privateUserSchema } from '../users/schema.ts'
import type { Accounts } from './accounts.ts'
import { consume, type AccountLimits } from './limits.ts'
import {
  loginSchema,
  logoutSchema,
  refreshSchema,
  registrationSchema,
  signedInSchema,
  ticketSchema,
} from './schema.ts'

export function accountRoutes({ accounts, limits }: { accounts: Accounts; limits: AccountLimits }) {
  const { app, post } = createEndpoints('Accounts')

  const limited = createMiddleware<RestEnv>(async (c, next) => {
    await consume(c, limits.requests, c.var.ip)
    await next()
  })
  app.use('/auth/*', limited)
  app.post('/users', limited)

  const registration = {
    anonymous: true,
    body: registrationSchema,
    status: 201,
    errors: ['CONFLICT', 'RATE_LIMITED'],
  } as const
  post(
    '/auth/register',
    { summary: 'Register', ...registration, data: signedInSchema },
    ({ body }) => accounts.register(body),
  )
  post(
    '/users',
    {
      summary: 'Register',
      description: 'As /auth/register; the account stands in `data` itself, too.',
      ...registration,
      data: privateUserSchema.extend(signedInSchema.shape),
    },
    async ({ body }) => {
      const signedIn = await accounts.register(body)
      return { ...signedIn.user, ...signedIn }
    },
  )

  post(
    '/auth/login',
    {
      summary: 'Sign in',
      description: 'The field `email` takes a username, too.',
      anonymous: true,
      body: loginSchema,
      data: signedInSchema,
      errors: ['INVALID_CREDENTIALS', 'RATE_LIMITED'],
    },
    async ({ body, c }) => {
      // Counted before the answer is known, so that many guesses at once count, too.
      const key = `${body.email.trim().toLowerCase()} ${c.var.ip}`
      await consume(c, limits.logins, key)
      const signedIn = await accounts.signIn(body.email, body.password)
      await limits.logins.reset(key)
      return signedIn
    },
  )

  post(
    '/auth/refresh',
    {
      summary: 'Exchange a refresh token',
      description:
        'Each refresh token works once. Using one again ends the sign-in everywhere, unless the same Idempotency-Key ' +
        'says that the first answer was lost: then it is answered again, as long as the new token is unused.',
      anonymous: true,
      body: refreshSchema,
      data: signedInSchema,
      errors: ['INVALID_TOKEN', 'RATE_LIMITED'],
    },
    ({ body, c }) => accounts.refresh(body.refreshToken, c.req.header('idempotency-key')),
  )

  post(
    '/auth/logout',
    {
      summary: 'Sign out',
      description:
        'Ends the sign-in of the refresh token or, without one, of the access token. Both stop working at once.',
      anonymous: true,
      body: logoutSchema,
      errors: ['AUTHENTICATION_FAILED', 'INVALID_TOKEN', 'RATE_LIMITED'],
    },
    async ({ body: { refreshToken }, c }) =>
      accounts.signOut(refreshToken === undefined ? await c.var.authenticate() : { refreshToken }),
  )

  post(
    '/auth/tickets',
    {
      summary: 'Get a ticket for a websocket',
      description: 'For clients that can send no header. Works once, within 30 seconds.',
      secret: true,
      status: 201,
      data: ticketSchema,
      errors: ['RATE_LIMITED'],
    },
    ({ principal }) => accounts.createTicket(principal),
  )

  return app
}
