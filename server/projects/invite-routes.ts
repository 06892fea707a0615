import { createEndpoints } from '../rest.ts'
import { acceptInvite, createInvite, readInvite } from './invites.ts'
import type { ProjectOptions } from './projects.ts'
import { invitationSchema, inviteSchema, newInviteSchema, projectDetailsSchema } from './schema.ts'

export function inviteRoutes({
  db,
  publish,
  publicUrl,
}: ProjectOptions & { publicUrl?: string | undefined }) {
  const { app, get, post } = createEndpoints('Invitations')

  post(
    '/projects/{slug}/invites',
    {
      summary: 'Make a link that lets people join',
      secret: true,
      body: newInviteSchema,
      status: 201,
      data: inviteSchema,
      errors: ['NOT_FOUND', 'INSUFFICIENT_PERMISSIONS'],
    },
    async ({ principal, params, body, c }) => {
      const invite = await createInvite(db, principal, params.slug, body)
      const url = new URL(`/invite/${invite.token}`, publicUrl ?? c.req.url)
      return { ...invite, url: url.href }
    },
  )

  get(
    '/invites/{token}',
    {
      summary: 'See what an invitation is to',
      anonymous: true,
      data: invitationSchema,
      errors: ['NOT_FOUND'],
    },
    ({ params }) => readInvite(db, params.token),
  )

  post(
    '/invites/{token}/accept',
    {
      summary: 'Accept an invitation',
      data: projectDetailsSchema,
      errors: ['NOT_FOUND'],
    },
    ({ principal, params }) => acceptInvite({ db, publish }, principal, params.token),
  )

  return app
}
