import { z } from 'zod'
import { pageMetaSchema, pageSchema } from '../listing.ts'
import { createEndpoints } from '../rest.ts'
import { createTurns } from '../turns.ts'
import { restoreVersion } from './restore.ts'
import {
  diffQuerySchema,
  diffSchema,
  historySizeSchema,
  newVersionSchema,
  restoredSchema,
  versionChangeSchema,
  versionContentSchema,
  versionFilterSchema,
  versionSchema,
} from './schema.ts'
import {
  createVersion,
  diffVersions,
  listVersions,
  nameVersion,
  readVersion,
  type VersionOptions,
} from './versions.ts'

const errors = ['NOT_FOUND', 'INSUFFICIENT_PERMISSIONS'] as const
const ALL = '/projects/{slug}/files/{fileId}/versions'
const ONE = `${ALL}/{versionId}` as const

export function versionRoutes({ db, publish, documents }: VersionOptions) {
  const { app, get, post, patch } = createEndpoints('History of files')
  const options = { db, publish, documents }
  const takeTurn = createTurns('comparison')

  get(
    ALL,
    {
      summary: 'List the versions of a file, newest first',
      description: 'They are made by themselves when a session of work ends.',
      query: versionFilterSchema.extend(pageSchema.shape),
      data: z.array(versionSchema),
      meta: pageMetaSchema.extend(historySizeSchema.shape),
      errors: ['NOT_FOUND'],
    },
    ({ principal, params, query }) => listVersions(options, principal, params, query),
  )

  post(
    ALL,
    {
      summary: 'Name what the text is now',
      body: newVersionSchema,
      status: 201,
      data: versionSchema,
      errors: [...errors, 'CONFLICT'],
    },
    ({ principal, params, body }) => createVersion(options, principal, params, body.name),
  )

  get(
    ONE,
    {
      summary: 'Read a version, and who wrote what of it',
      description: 'Instead of an id, `current` is the text as it is now.',
      data: versionContentSchema,
      errors: ['NOT_FOUND'],
    },
    ({ principal, params }) => readVersion(options, principal, params),
  )

  patch(
    ONE,
    {
      summary: 'Name or rename a version, or take its name away',
      body: versionChangeSchema,
      data: versionSchema,
      errors: [...errors, 'CONFLICT'],
    },
    ({ principal, params, body }) => nameVersion(options, principal, params, body.name),
  )

  get(
    `${ALL}/{from}/diff/{to}`,
    {
      summary: 'Compare two versions by lines and words, with who wrote them',
      description:
        'Instead of an id, `current` is the text as it is now, and `empty` is nothing. Of one person the last 3 run; ' +
        'older ones end with `RATE_LIMITED`.',
      query: diffQuerySchema,
      data: diffSchema,
      errors: ['NOT_FOUND', 'RATE_LIMITED'],
    },
    ({ principal, params, query, c }) =>
      takeTurn(principal.id, c.req.raw.signal, (signal) =>
        diffVersions(options, principal, params, { ...query, signal }),
      ),
  )

  post(
    `${ONE}/restore`,
    {
      summary: 'Bring the text of a version back',
      description:
        'An edit like any other: whoever has the file open sees it, and what is typed meanwhile stays. ' +
        'What the text was before is a version, too. Answers when it is durable.',
      data: restoredSchema,
      errors: [...errors, 'PAYLOAD_TOO_LARGE', 'CONFLICT'],
    },
    ({ principal, params }) => restoreVersion(options, principal, params),
  )

  return app
}
