import { createHash } from 'node:crypto'
import { z } from 'zod'
import { requireAccess } from '../../db/access.ts'
import { AppError } from '../../protocol/errors.ts'
import { answerBytes } from '../attachments/bytes.ts'
import { requireBytes, saidType } from '../attachments/routes.ts'
import { createEndpoints } from '../rest.ts'
import { findFile, nameOf } from './place.ts'
import { filePathSchema, fileSchema } from './schema.ts'
import { uploadFile, type UploadOptions } from './upload.ts'

/** Bodies here are as large as attachments may be, and not read into memory. */
export const FILE_UPLOADS = '/api/v1/projects/:slug/files/upload'

export function uploadRoutes(options: UploadOptions) {
  const { app, get, post } = createEndpoints('Files')

  post(
    '/projects/{slug}/files/upload',
    {
      summary: 'Upload a file',
      description:
        'The body is the file itself. UTF-8 without U+0000 becomes a text file that people edit live, everything else ' +
        'is kept as it is, with `Content-Type` as its type. With `replace`, a file that is there gets the new text as ' +
        'an edit, or the new bytes.',
      upload: true,
      query: z.object({
        path: filePathSchema,
        replace: z.enum(['true', 'false']).default('false'),
      }),
      status: 201,
      data: fileSchema,
      errors: ['NOT_FOUND', 'INSUFFICIENT_PERMISSIONS', 'CONFLICT', 'UNPROCESSABLE'],
    },
    ({ principal, params, query, c }) =>
      uploadFile(options, principal, params.slug, {
        path: query.path,
        replace: query.replace === 'true',
        bytes: requireBytes(c),
        type: saidType(c),
      }),
  )

  get(
    '/projects/{slug}/files/{fileId}/raw',
    {
      summary: 'Read the bytes of a file',
      description:
        'Text as `text/plain`, PNG, JPEG, GIF, WebP and AVIF images with their type, everything else as ' +
        '`application/octet-stream`, to be saved.',
      download: true,
      errors: ['NOT_FOUND'],
    },
    async ({ principal, params, c }) => {
      const { db, documents, attachments } = options
      const access = await requireAccess(db, principal, params.slug, 'project:read')
      const file = await findFile(db, access.project.id, params.fileId)
      const name = nameOf(file.path)
      const { kind, contentId, type, size } = file
      if (kind === 'folder')
        throw new AppError('NOT_FOUND', `${file.path} is a folder: get it as an archive`)
      if (kind === 'text' || contentId === null) {
        const text = await documents.readText(file.id)
        return answerBytes(c, {
          name,
          type: 'text/plain; charset=utf-8',
          size: Buffer.byteLength(text),
          etag: createHash('sha256').update(text).digest('base64url'),
          immutable: false,
          open: () => Promise.resolve(text),
        })
      }
      return answerBytes(c, {
        name,
        type: type ?? 'application/octet-stream',
        size: size ?? 0,
        etag: contentId,
        immutable: false,
        async open() {
          const bytes = await attachments.store.open(contentId)
          if (!bytes) throw new AppError('NOT_FOUND', 'The bytes of this file are gone')
          return bytes
        },
      })
    },
  )

  return app
}
