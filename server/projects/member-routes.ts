import { z } from 'zod'
import { pageMetaSchema, pageSchema } from '../listing.ts'
import { createEndpoints } from '../rest.ts'
import { addMember, changeMember, listMembers, removeMember } from './members.ts'
import type { ProjectOptions } from './projects.ts'
import { memberChangeSchema, memberSchema, newMemberSchema } from './schema.ts'

export function memberRoutes({ db, publish, accessChanged, channelChanged }: ProjectOptions) {
  const { app, get, post, patch, remove } = createEndpoints('Members')
  const options = { db, publish, accessChanged, channelChanged }

  get(
    '/projects/{slug}/members',
    {
      summary: 'List the members of a project',
      query: pageSchema,
      data: z.array(memberSchema),
      meta: pageMetaSchema,
      errors: ['NOT_FOUND'],
    },
    ({ principal, params, query }) => listMembers(db, principal, params.slug, query),
  )

  post(
    '/projects/{slug}/members',
    {
      summary: 'Join a project, or add somebody',
      body: newMemberSchema,
      status: 201,
      data: memberSchema,
      errors: ['NOT_FOUND', 'INSUFFICIENT_PERMISSIONS', 'CONFLICT'],
    },
    ({ principal, params, body }) => addMember(options, principal, params.slug, body),
  )

  patch(
    '/projects/{slug}/members/{userId}',
    {
      summary: 'Change somebody’s role',
      body: memberChangeSchema,
      data: memberSchema,
      errors: ['NOT_FOUND', 'INSUFFICIENT_PERMISSIONS', 'CONFLICT'],
    },
    ({ principal, params, body }) =>
      changeMember(options, principal, params.slug, params.userId, body.role),
  )

  remove(
    '/projects/{slug}/members/{userId}',
    {
      summary: 'Leave a project, or remove somebody',
      errors: ['NOT_FOUND', 'INSUFFICIENT_PERMISSIONS', 'CONFLICT'],
    },
    ({ principal, params }) => removeMember(options, principal, params.slug, params.userId),
  )

  return app
}
