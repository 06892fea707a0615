import { AppError } from '../../protocol/errors.ts'
import { createEndpoints, type RestContext } from '../rest.ts'
import {
  deleteUpload,
  findAttachment,
  uploadAttachment,
  type AttachmentOptions,
} from './attachments.ts'
import { answerBytes } from './bytes.ts'
import { attachmentSchema, uploadQuerySchema } from './schema.ts'

/** Bodies here are as large as attachments may be, and not read into memory. */
export const UPLOADS = '/api/v1/projects/:slug/attachments'

export function attachmentRoutes(options: AttachmentOptions) {
  const { app, get, post, remove } = createEndpoints('Attachments')

  post(
    '/projects/{slug}/attachments',
    {
      summary: 'Upload a file for a message',
      description:
        'The body is the file itself, `Content-Type` its type. Send a message with its id in `attachmentIds` within 24 ' +
        'hours, or it is removed; until then only its uploader sees it. `Idempotency-Key` does nothing here: upload again, ' +
        'and what no message takes along goes by itself.',
      upload: true,
      query: uploadQuerySchema,
      status: 201,
      data: attachmentSchema,
      errors: ['NOT_FOUND', 'INSUFFICIENT_PERMISSIONS', 'UNPROCESSABLE'],
    },
    ({ principal, params, query, c }) =>
      uploadAttachment(options, principal, params.slug, {
        name: query.name,
        type: saidType(c),
        bytes: requireBytes(c),
        size: Number(c.req.header('content-length')) || undefined,
      }),
  )

  get(
    '/projects/{slug}/attachments/{id}',
    {
      summary: 'Read the bytes of an attachment',
      description:
        'For whoever may read its message. PNG, JPEG, GIF, WebP and AVIF images come with their type, everything else as ' +
        '`application/octet-stream`, to be saved: the type that the uploader said stands in the message.',
      download: true,
      errors: ['NOT_FOUND', 'INSUFFICIENT_PERMISSIONS'],
    },
    async ({ principal, params, c }) => {
      const { id, name, type, size } = await findAttachment(
        options.db,
        principal,
        params.slug,
        params.id,
      )
      return answerBytes(c, {
        name,
        type,
        size,
        etag: id,
        immutable: true,
        async open() {
          const bytes = await options.attachments.store.open(id)
          if (!bytes) throw new AppError('NOT_FOUND', 'The file of this attachment is gone')
          return bytes
        },
      })
    },
  )

  remove(
    '/projects/{slug}/attachments/{id}',
    {
      summary: 'Delete an own upload that no message has',
      description: 'The attachments of a message go with the message.',
      errors: ['NOT_FOUND', 'INSUFFICIENT_PERMISSIONS'],
    },
    ({ principal, params }) => deleteUpload(options, principal, params.slug, params.id),
  )

  return app
}

/** A type and its parameters, of visible ASCII (RFC 9110, section 8.3.1) */
export function saidType(c: RestContext) {
  const said = c.req.header('content-type')?.trim() ?? ''
  return /^[\w.+-]+\/[\w.+-]+(\s*;[\x20-\x7e]*)?$/.test(said) && said.length <= 255
    ? said
    : 'application/octet-stream'
}

export function requireBytes(c: RestContext) {
  const { body } = c.req.raw
  if (!body) throw new AppError('VALIDATION_ERROR', 'The body is empty: send the bytes of the file')
  return body
}
