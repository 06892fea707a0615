import { z } from 'zod'
import { pageMetaSchema, pageSchema } from '../listing.ts'
import { createEndpoints } from '../rest.ts'
import {
  changeFile,
  createFile,
  deleteFile,
  listFiles,
  readFile,
  type FileOptions,
} from './files.ts'
import { fileChangeSchema, fileSchema, fileWithContentSchema, newFileSchema } from './schema.ts'

const errors = ['NOT_FOUND', 'INSUFFICIENT_PERMISSIONS'] as const

export function fileRoutes({ db, publish, documents }: FileOptions) {
  const { app, get, post, patch, remove } = createEndpoints('Files')
  const options = { db, publish, documents }

  get(
    '/projects/{slug}/files',
    {
      summary: 'List the files of a project by path',
      query: pageSchema,
      data: z.array(fileSchema),
      meta: pageMetaSchema,
      errors: ['NOT_FOUND'],
    },
    ({ principal, params, query }) => listFiles(db, principal, params.slug, query),
  )

  post(
    '/projects/{slug}/files',
    {
      summary: 'Create a file',
      body: newFileSchema,
      status: 201,
      data: fileWithContentSchema,
      errors: [...errors, 'CONFLICT'],
    },
    ({ principal, params, body }) => createFile(options, principal, params.slug, body),
  )

  get(
    '/projects/{slug}/files/{fileId}',
    { summary: 'Read a file with its text', data: fileWithContentSchema, errors: ['NOT_FOUND'] },
    ({ principal, params }) => readFile(options, principal, params.slug, params.fileId),
  )

  patch(
    '/projects/{slug}/files/{fileId}',
    {
      summary: 'Rename a file or replace its text',
      description: 'People who have the file open see its new text.',
      body: fileChangeSchema,
      data: fileWithContentSchema,
      errors: [...errors, 'CONFLICT'],
    },
    ({ principal, params, body }) =>
      changeFile(options, principal, params.slug, params.fileId, body),
  )

  remove(
    '/projects/{slug}/files/{fileId}',
    { summary: 'Delete a file', errors },
    ({ principal, params }) => deleteFile(options, principal, params.slug, params.fileId),
  )

  return app
}
