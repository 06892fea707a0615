import { AppError } from '../../protocol/errors.ts'
import { createEndpoints, type RestContext } from '../rest.ts'
import {
  deleteUpload,
  findAttachment,
  uploadAttachment,
  type AttachmentOptions,
} from './attachments.ts'
import { imageTypes } from './image.ts'
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
      const isImage = imageTypes.has(type)
      // Also where a page makes a blob of it, which has that page's origin: nothing here may become a document.
      c.header('Content-Type', isImage ? type : 'application/octet-stream')
      c.header('Content-Disposition', disposition(isImage ? 'inline' : 'attachment', name))
      c.header('Content-Security-Policy', "sandbox; default-src 'none'")
      c.header('X-Content-Type-Options', 'nosniff')
      c.header('Cache-Control', 'private, max-age=31536000, immutable, no-transform')
      // Whoever signs in next in the same browser does not have it from its cache.
      c.header('Vary', 'Authorization', { append: true })
      c.header('ETag', `"${id}"`)
      if (c.req.header('if-none-match')?.includes(`"${id}"`)) return c.body(null, 304)
      // Hono asks for HEAD as for GET and drops the body: an open file would stay so.
      const bytes = c.req.method === 'HEAD' ? null : await options.attachments.store.open(id)
      if (bytes === undefined)
        throw new AppError('NOT_FOUND', 'The file of this attachment is gone')
      c.header('Content-Length', String(size))
      return bytes ? c.body(bytes) : c.body(null)
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
function saidType(c: RestContext) {
  const said = c.req.header('content-type')?.trim() ?? ''
  return /^[\w.+-]+\/[\w.+-]+(\s*;[\x20-\x7e]*)?$/.test(said) && said.length <= 255
    ? said
    : 'application/octet-stream'
}

function requireBytes(c: RestContext) {
  const { body } = c.req.raw
  if (!body) throw new AppError('VALIDATION_ERROR', 'The body is empty: send the bytes of the file')
  return body
}

/** RFC 6266, with the name as RFC 5987 has it: no character of it can end the header. */
const disposition = (kind: 'inline' | 'attachment', name: string) =>
  `${kind}; filename*=UTF-8''${encodeURIComponent(name).replaceAll(
    /['()*]/g,
    (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`,
  )}`
