import { Readable } from 'node:stream'
import { disposition } from '../../attachments/bytes.ts'
import { requireBytes } from '../../attachments/routes.ts'
import { createEndpoints } from '../../rest.ts'
import { createExport, type ArchiveOptions } from './archive.ts'
import type { UploadOptions } from '../upload.ts'
import { createImport } from './import.ts'
import { archiveQuerySchema, exportQuerySchema, importedSchema } from './schema.ts'

/** Bodies here are as large as archives may be, and not read into memory. */
export const ARCHIVES = '/api/v1/projects/:slug/files/import'

export function archiveRoutes(options: ArchiveOptions & UploadOptions) {
  const { app, get, post } = createEndpoints('Files')
  const importArchive = createImport(options)
  const exportArchive = createExport(options)

  post(
    '/projects/{slug}/files/import',
    {
      summary: 'Import a zip archive',
      description:
        'The body is the archive, of 128 MiB and 20,000 entries at most, with 512 MiB in it; each file may be as large as ' +
        'an attachment. What is UTF-8 becomes text, all else a binary file. What is there already gets the new content, ' +
        'where it is another one. Of one person 2 are under way at most. What cannot be imported is in `skipped`, with the reason, and the rest is imported. ' +
        'It ends when its request does, or when access is taken; the `details` of the error are what was imported until then.',
      upload: true,
      query: archiveQuerySchema,
      data: importedSchema,
      errors: ['NOT_FOUND', 'INSUFFICIENT_PERMISSIONS', 'UNPROCESSABLE', 'RATE_LIMITED'],
    },
    ({ principal, params, query, c }) =>
      importArchive(principal, params.slug, {
        folder: query.folder,
        bytes: requireBytes(c),
        size: Number(c.req.header('content-length')) || undefined,
        asked: c.req.raw.signal,
      }),
  )

  get(
    '/projects/{slug}/files/archive',
    {
      summary: 'Download all files, those of a folder, or some of them, as a zip archive',
      description:
        'With the newest texts, and with empty folders. Of a folder, with its name in front; of several, from the folder ' +
        'that all of them are in. Of one person 3 are under way at most.',
      download: true,
      query: exportQuerySchema,
      errors: ['NOT_FOUND', 'RATE_LIMITED'],
    },
    async ({ principal, params, query, c }) => {
      const { name, bytes } = await exportArchive(principal, params.slug, {
        folder: query.folder,
        ids: query.ids?.split(','),
      })
      c.header('Content-Type', 'application/zip')
      c.header('Content-Disposition', disposition('attachment', name))
      c.header('X-Content-Type-Options', 'nosniff')
      if (c.req.method === 'HEAD') {
        bytes.destroy()
        return c.body(null)
      }
      return c.body(Readable.toWeb(bytes) as ReadableStream<Uint8Array>)
    },
  )

  return app
}
