// Answers the bytes of what somebody uploaded, so that no browser makes a page of it.
import type { RestContext } from '../rest.ts'
import { imageTypes } from './image.ts'

export interface Stored {
  name: string
  type: string
  size: number
  /** Names these bytes and no others */
  etag: string
  /** Whether the address never has other bytes */
  immutable: boolean
  /** @throws AppError NOT_FOUND when they are gone */
  open(): Promise<ReadableStream<Uint8Array> | string>
}

export async function answerBytes(c: RestContext, stored: Stored) {
  const { name, type, size, etag, immutable } = stored
  const isImage = imageTypes.has(type)
  const isShown = isImage || type.startsWith('text/plain')
  // Also where a page makes a blob of it, which has that page's origin: nothing here may become a document.
  c.header('Content-Type', isShown ? type : 'application/octet-stream')
  c.header('Content-Disposition', disposition(isImage ? 'inline' : 'attachment', name))
  c.header('Content-Security-Policy', "sandbox; default-src 'none'")
  c.header('X-Content-Type-Options', 'nosniff')
  const keep = immutable ? 'max-age=31536000, immutable' : 'no-cache'
  c.header('Cache-Control', `private, ${keep}, no-transform`)
  // Whoever signs in next in the same browser does not have it from its cache.
  c.header('Vary', 'Authorization', { append: true })
  c.header('ETag', `"${etag}"`)
  if (c.req.header('if-none-match')?.includes(`"${etag}"`)) return c.body(null, 304)
  // Hono asks for HEAD as for GET and drops the body: an open file would stay so.
  const bytes = c.req.method === 'HEAD' ? null : await stored.open()
  c.header('Content-Length', String(size))
  return bytes === null ? c.body(null) : c.body(bytes)
}

/** RFC 6266, with the name as RFC 5987 has it: no character of it can end the header. */
export const disposition = (kind: 'inline' | 'attachment', name: string) =>
  `${kind}; filename*=UTF-8''${encodeURIComponent(name).replaceAll(
    /['()*]/g,
    (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`,
  )}`
