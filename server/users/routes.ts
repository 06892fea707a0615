import { z } from 'zod'
import { pageMetaSchema, pageSchema } from '../listing.ts'
import type { PresenceOptions } from '../presence/routes.ts'
import { createEndpoints } from '../rest.ts'
import { privateUserSchema, profileChangeSchema, userSchema, userSearchSchema } from './schema.ts'
import { changeProfile, readPrivateUser, readUser, searchUsers } from './users.ts'

export function userRoutes({ db, presence }: PresenceOptions) {
  const { app, get, patch } = createEndpoints('Users')

  get('/users/me', { summary: 'Read your own account', data: privateUserSchema }, ({ principal }) =>
    readPrivateUser(db, principal.id),
  )

  patch(
    '/users/me',
    { summary: 'Change your profile', body: profileChangeSchema, data: privateUserSchema },
    ({ principal, body }) => changeProfile({ db, renamed: presence.renamed }, principal.id, body),
  )

  // Before /users/{username}: the names `me` and `search` are refused at registration.
  get(
    '/users/search',
    {
      summary: 'Find people by name and skills',
      query: userSearchSchema.extend(pageSchema.shape),
      data: z.array(userSchema),
      meta: pageMetaSchema,
    },
    ({ query }) => searchUsers(db, query),
  )

  get(
    '/users/{username}',
    { summary: 'Read a person’s page', data: userSchema, errors: ['NOT_FOUND'] },
    ({ params }) => readUser(db, params.username),
  )

  return app
}
