import { z } from 'zod'
import { pageMetaSchema, pageSchema } from '../listing.ts'
import { createEndpoints } from '../rest.ts'
import { changeFile, createFile, listFiles, readFile, type FileOptions } from './files.ts'
import {
  fileChangeSchema,
  fileListSchema,
  fileSchema,
  fileWithContentSchema,
  newFileSchema,
  trashedFileSchema,
} from './schema.ts'
import { deleteFile, listTrash, purgeTrash, restoreFile } from './trash.ts'

const errors = ['NOT_FOUND', 'INSUFFICIENT_PERMISSIONS'] as const

export function fileRoutes({ db, publish, documents }: FileOptions) {
  const { app, get, post, patch, remove } = createEndpoints('Files')
  const options = { db, publish, documents }

  get(
    '/projects/{slug}/files',
    {
      summary: 'List the files and folders of a project by path',
      query: fileListSchema,
      data: z.array(fileSchema),
      meta: pageMetaSchema,
      errors: ['NOT_FOUND'],
    },
    ({ principal, params, query }) => listFiles(db, principal, params.slug, query),
  )

  post(
    '/projects/{slug}/files',
    {
      summary: 'Create a text file or a folder',
      description: 'Folders above it that are not there yet are made.',
      body: newFileSchema,
      status: 201,
      data: fileWithContentSchema,
      errors: [...errors, 'CONFLICT', 'UNPROCESSABLE'],
    },
    ({ principal, params, body }) => createFile(options, principal, params.slug, body),
  )

  get(
    '/projects/{slug}/files/trash',
    {
      summary: 'List what was deleted, newest first',
      description: 'Of a folder that was deleted with what was in it, the folder.',
      query: pageSchema,
      data: z.array(trashedFileSchema),
      meta: pageMetaSchema,
      errors,
    },
    ({ principal, params, query }) => listTrash(db, principal, params.slug, query),
  )

  remove(
    '/projects/{slug}/files/trash',
    { summary: 'Empty the trash', description: 'For maintainers. It cannot be undone.', errors },
    ({ principal, params }) => purgeTrash(db, principal, params.slug),
  )

  remove(
    '/projects/{slug}/files/trash/{fileId}',
    {
      summary: 'Delete something in the trash for good',
      description: 'For maintainers; with what went into the trash with it. It cannot be undone.',
      errors,
    },
    ({ principal, params }) => purgeTrash(db, principal, params.slug, params.fileId),
  )

  get(
    '/projects/{slug}/files/{fileId}',
    {
      summary: 'Read a file with its text',
      data: fileWithContentSchema,
      errors: ['NOT_FOUND'],
    },
    ({ principal, params }) => readFile(options, principal, params.slug, params.fileId),
  )

  patch(
    '/projects/{slug}/files/{fileId}',
    {
      summary: 'Rename or move a file or folder, or replace the text of a file',
      description:
        'Either with a whole `path`, whose folders are made where they are missing, or with `parentId` and `name`, of ' +
        'which one may be left out: that says the same whatever the folders are called meanwhile. A folder takes along ' +
        'what is in it. People who have a file open see its new text.',
      body: fileChangeSchema,
      data: fileWithContentSchema,
      errors: [...errors, 'CONFLICT', 'UNPROCESSABLE'],
    },
    ({ principal, params, body }) =>
      changeFile(options, principal, params.slug, params.fileId, body),
  )

  remove(
    '/projects/{slug}/files/{fileId}',
    {
      summary: 'Put a file into the trash, or a folder with all that is in it',
      description: 'It can be restored for 30 days.',
      errors,
    },
    ({ principal, params }) => deleteFile(options, principal, params.slug, params.fileId),
  )

  post(
    '/projects/{slug}/files/{fileId}/restore',
    {
      summary: 'Take something out of the trash',
      description:
        'With what went into the trash with it, to where it was; with another name where that is taken.',
      data: fileSchema,
      errors: [...errors, 'UNPROCESSABLE'],
    },
    ({ principal, params }) => restoreFile(options, principal, params.slug, params.fileId),
  )

  return app
}
