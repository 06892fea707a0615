import { createMiddleware } from 'hono/factory'
import { z } from 'zod'
import { consume, type AccountLimits } from '../accounts/limits.ts'
import { sha256 } from '../accounts/sessions.ts'
import { createEndpoints, type RestEnv } from '../rest.ts'
import { addGuest, readGuestCall } from './guests.ts'
import { createLink, listLinks, revokeLink, type GuestOptions } from './links.ts'
import {
  callLinkSchema,
  createdCallLinkSchema,
  guestCallSchema,
  guestSchema,
  newCallLinkSchema,
  newGuestSchema,
} from './schema.ts'

const errors = ['NOT_FOUND', 'INSUFFICIENT_PERMISSIONS'] as const

export function guestRoutes({
  db,
  accessChanged,
  limits,
  publicUrl,
}: GuestOptions & { limits: AccountLimits; publicUrl?: string | undefined }) {
  const { app, get, post, remove } = createEndpoints('Guests of calls')

  app.use(
    '/call-links/*',
    createMiddleware<RestEnv>(async (c, next) => {
      await consume(c, limits.requests, c.var.ip)
      await next()
    }),
  )

  get(
    '/projects/{slug}/call-links',
    {
      summary: 'List the links by which guests come to calls, newest first',
      description: 'Those of private channels only to who is in them.',
      data: z.array(callLinkSchema),
      errors,
    },
    ({ principal, params }) => listLinks(db, principal, params.slug),
  )

  post(
    '/projects/{slug}/call-links',
    {
      summary: 'Make a link by which guests come to a call',
      description:
        'Of the project’s own call, or of a public or private channel. The project has to allow it (`callGuests`).',
      secret: true,
      body: newCallLinkSchema,
      status: 201,
      data: createdCallLinkSchema,
      errors: [...errors, 'CONFLICT', 'UNPROCESSABLE'],
    },
    async ({ principal, params, body, c }) => {
      const link = await createLink(db, principal, params.slug, body)
      const url = new URL(`/guest/${link.token}`, publicUrl ?? c.req.url)
      return { ...link, url: url.href }
    },
  )

  remove(
    '/projects/{slug}/call-links/{linkId}',
    {
      summary: 'Revoke a link',
      description: 'Guests who came by it are out of the call at once.',
      errors,
    },
    ({ principal, params }) =>
      revokeLink({ db, accessChanged }, principal, params.slug, params.linkId),
  )

  get(
    '/call-links/{token}',
    {
      summary: 'See which call a link is to',
      description:
        'Whoever is signed in and may join the call anyway learns where it is, in `member`.',
      anonymous: true,
      data: guestCallSchema,
      errors: ['NOT_FOUND', 'RATE_LIMITED'],
    },
    async ({ params, c }) => {
      // A sign-in that is over is no reason not to come as a guest.
      const principal = await c.var.authenticate().catch(() => undefined)
      return readGuestCall(db, params.token, principal)
    },
  )

  post(
    '/call-links/{token}/guests',
    {
      summary: 'Come to a call as a guest',
      description:
        'Answers a token for the websocket, good for 12 hours, with which one knocks at this call: see docs/PROTOCOL.md.',
      anonymous: true,
      body: newGuestSchema,
      status: 201,
      data: guestSchema,
      errors: ['NOT_FOUND', 'RATE_LIMITED'],
    },
    async ({ params, body, c }) => {
      await consume(c, limits.guests, c.var.ip)
      await consume(c, limits.guestsOfLink, sha256(params.token))
      return addGuest(db, params.token, body.name)
    },
  )

  return app
}
