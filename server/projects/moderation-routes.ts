import { z } from 'zod'
import { createEndpoints } from '../rest.ts'
import { ban, liftBan, listBans } from './bans.ts'
import { listMutes, mute, unmute, type MuteOptions } from './mutes.ts'
import type { ProjectOptions } from './projects.ts'
import { banSchema, muteSchema, newBanSchema, newMuteSchema } from './schema.ts'

const errors = ['NOT_FOUND', 'INSUFFICIENT_PERMISSIONS'] as const

export function moderationRoutes(context: ProjectOptions & MuteOptions) {
  const { app, get, post, remove } = createEndpoints('Moderation')
  const { db, publish, accessChanged, channelChanged, emit } = context
  const options = { db, publish, accessChanged, channelChanged }

  get(
    '/projects/{slug}/mutes',
    { summary: 'List who is muted in the chat', data: z.array(muteSchema), errors },
    ({ principal, params }) => listMutes(db, principal, params.slug),
  )

  post(
    '/projects/{slug}/mutes',
    {
      summary: 'Mute somebody in the chat for a while',
      description: 'Up to 30 days. Maintainers and administrators cannot be muted.',
      body: newMuteSchema,
      status: 201,
      data: muteSchema,
      errors,
    },
    ({ principal, params, body }) => mute({ db, emit }, principal, params.slug, body),
  )

  remove(
    '/projects/{slug}/mutes/{userId}',
    { summary: 'Let somebody write again', errors },
    ({ principal, params }) => unmute({ db, emit }, principal, params.slug, params.userId),
  )

  get(
    '/projects/{slug}/bans',
    { summary: 'List who is banned from a project', data: z.array(banSchema), errors },
    ({ principal, params }) => listBans(db, principal, params.slug),
  )

  post(
    '/projects/{slug}/bans',
    {
      summary: 'Ban somebody from a project',
      description:
        'Members are removed. Whoever is banned cannot join, be added or take an invitation.',
      body: newBanSchema,
      status: 201,
      data: banSchema,
      errors: [...errors, 'CONFLICT', 'UNPROCESSABLE'],
    },
    ({ principal, params, body }) => ban(options, principal, params.slug, body),
  )

  remove(
    '/projects/{slug}/bans/{userId}',
    { summary: 'Lift a ban', errors },
    ({ principal, params }) => liftBan(db, principal, params.slug, params.userId),
  )

  return app
}
