// Uploads over the real app: what is text, what is not, and what becomes of the bytes.
import { Readable } from 'node:stream'
import { describe, expect, test } from 'vitest'
import { MAX_FILE_TEXT } from '../../protocol/limits.ts'
import { openRest } from '../../test/rest.ts'
import { cleanAttachments } from '../attachments/cleaning.ts'
import type { ProjectFile } from './schema.ts'
import { sortBytes } from './upload.ts'

const rest = await openRest()
const { app, db, store, log, makeProject } = rest
const png = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==',
  'base64',
)

async function openUploads(title: string) {
  const { owner, path, join } = await makeProject(title)
  const as = (token: string) => ({
    async upload(file: string, body: string | Buffer, query = '') {
      const url = `/api/v1/${path}/files/upload?path=${encodeURIComponent(file)}${query}`
      const response = await app.request(
        url,
        {
          method: 'POST',
          headers: { authorization: `Bearer ${token}`, 'content-type': 'application/x-thing' },
          body: typeof body === 'string' ? body : new Uint8Array(body),
        },
        { incoming: { socket: { remoteAddress: '192.0.2.1' } } },
      )
      const { data, error } = (await response.json()) as {
        data: ProjectFile
        error?: { code: string; message: string }
      }
      return { status: response.status, data, error }
    },
    raw: (id: string, headers = {}) =>
      app.request(
        `/api/v1/${path}/files/${id}/raw`,
        { headers: { authorization: `Bearer ${token}`, ...headers } },
        { incoming: { socket: { remoteAddress: '192.0.2.1' } } },
      ),
  })
  return { owner, path, join, as, ...as(owner.token) }
}

describe('an upload', () => {
  test('[F4] of UTF-8 is a text that comes back byte for byte', async () => {
    const { upload, raw, owner, path } = await openUploads('texts')
    const text = '\uFEFFtwo lines\r\nof “text” 👍\r\n'
    const { status, data } = await upload('docs/über.txt', text)
    expect(status).toBe(201)
    expect(data).toMatchObject({ kind: 'text', path: 'docs/über.txt', size: null, type: null })
    const response = await raw(data.id)
    expect(response.headers.get('content-type')).toBe('text/plain; charset=utf-8')
    expect(Buffer.from(await response.arrayBuffer())).toEqual(Buffer.from(text))
    expect((await owner.get<{ content: string }>(`${path}/files/${data.id}`)).data.content).toBe(
      text,
    )
    expect((await upload('empty', Buffer.alloc(0))).status).toBe(201)
  })

  test.each([
    ['with U+0000', Buffer.from('a\0b')],
    ['of another encoding', Buffer.from('caf\xe9', 'latin1')],
  ])('[F4] %s is kept as it is', async (what, bytes) => {
    const { upload, raw } = await openUploads(`binary-${bytes.length}`)
    const { data } = await upload(what, bytes)
    expect(data).toMatchObject({ kind: 'binary', size: bytes.length, type: 'application/x-thing' })
    const response = await raw(data.id)
    expect(response.headers.get('content-type')).toBe('application/octet-stream')
    expect(response.headers.get('content-disposition')).toMatch(/^attachment/)
    expect(Buffer.from(await response.arrayBuffer())).toEqual(bytes)
  })

  test('[F4] that is longer than can be edited is kept as it is', async () => {
    const part = new Uint8Array(MAX_FILE_TEXT).fill(120)
    const sorted = await sortBytes(Readable.from([part, part, part, part]))
    if (sorted.kind === 'text') throw new Error('taken for text')
    expect(Buffer.concat(await Array.fromAsync(sorted.bytes)).length).toBe(4 * MAX_FILE_TEXT)
  })

  test('[F4] of a picture is shown, and is asked for once', async () => {
    const { upload, raw } = await openUploads('pictures')
    const { data } = await upload('logo.png', png)
    expect(data).toMatchObject({ kind: 'binary', type: 'image/png', size: png.length })
    const response = await raw(data.id)
    expect(response.headers.get('content-type')).toBe('image/png')
    expect(response.headers.get('content-security-policy')).toContain('sandbox')
    const etag = response.headers.get('etag') ?? ''
    expect((await raw(data.id, { 'if-none-match': etag })).status).toBe(304)
  })

  test('[F4] takes the place of a file only when it shall, and of its own kind', async () => {
    const { upload, raw, path, owner } = await openUploads('replaced')
    const first = await upload('a.txt', 'one\ntwo\n')
    expect((await upload('a.txt', 'x')).error?.code).toBe('CONFLICT')
    const again = await upload('a.txt', 'one\n2\n', '&replace=true')
    expect(again.data.id).toBe(first.data.id)
    expect(await (await raw(first.data.id)).text()).toBe('one\n2\n')
    const refused = await upload('a.txt', png, '&replace=true')
    expect([refused.status, refused.error?.message]).toEqual([
      422,
      'a.txt is text, and what was uploaded is not text; delete it first, or use another name',
    ])
    const picture = await upload('b.png', png)
    const other = Buffer.concat([png, Buffer.from([0])])
    const replaced = await upload('b.png', other, '&replace=true')
    expect(replaced.data).toMatchObject({ id: picture.data.id, size: other.length })
    expect(replaced.data.contentId).not.toBe(picture.data.contentId)
    expect(Buffer.from(await (await raw(picture.data.id)).arrayBuffer())).toEqual(other)
    await owner.delete(`${path}/files/${picture.data.id}`)
    expect((await raw(picture.data.id)).status).toBe(404)
    expect((await upload('b.png', png)).status).toBe(201)
  })

  test('[F4] is refused to who may not write, and beyond the quota', async () => {
    const { upload, join, as } = await openUploads('refusals')
    const guest = await join('guest')
    expect((await as(guest.token).upload('x', 'x')).status).toBe(403)
    const bytes = Buffer.alloc(1024 * 1024 - 1)
    for (const name of ['1', '2', '3']) expect((await upload(name, bytes)).status).toBe(201)
    const refused = await upload('4', bytes)
    expect([refused.status, refused.error?.message]).toEqual([
      422,
      expect.stringContaining('3145728 bytes'),
    ])
    // What it takes the place of makes room for it.
    expect((await upload('3', bytes, '&replace=true')).status).toBe(201)
    expect((await upload('small', 'text needs no quota')).status).toBe(201)
  })

  test('[F4] leaves no bytes behind that no file has', async () => {
    const { upload, path, owner, raw } = await openUploads('cleaning')
    const stored = async () => (await Array.fromAsync(store.list())).flat()
    const kept = await upload('kept.png', png)
    const purged = await upload('purged.png', png)
    await owner.delete(`${path}/files/${purged.data.id}`)
    const options = {
      db,
      log,
      attachments: { store, maxBytes: 1, quotaBytes: 1 },
    }
    // An hour and a day later, in the trash and out of it.
    const old = (id: string) => `00000000-0000-7${id.slice(15)}`
    for (const { data } of [kept, purged]) {
      const contentId = data.contentId ?? ''
      const bytes = await store.open(contentId)
      await store.put(old(contentId), bytes!, 1_000)
      await store.remove(contentId)
      await db
        .updateTable('files')
        .set({ contentId: old(contentId) })
        .where('id', '=', data.id)
        .execute()
    }
    const ids = [kept, purged].map(({ data }) => old(data.contentId ?? ''))
    await cleanAttachments(options)
    expect(await stored()).toEqual(expect.arrayContaining(ids))
    await owner.delete(`${path}/files/trash/${purged.data.id}`)
    await cleanAttachments(options)
    expect(await stored()).not.toContain(ids[1])
    expect((await raw(kept.data.id)).status).toBe(200)
  })
})
