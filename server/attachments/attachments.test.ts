// One contract for both databases; on PostgreSQL, uploads at the same moment really meet.
import { randomBytes } from 'node:crypto'
import { v7 as uuid } from 'uuid'
import { afterAll, describe, expect, inject, onTestFinished, test, vi } from 'vitest'
import { createPostgresDatabase } from '../../test/postgres.ts'
import { openRest, type Reply } from '../../test/rest.ts'
import type { Attachment } from '../../protocol/chat.ts'
import { MAX_ATTACHMENTS, MAX_LOOSE_FILES } from '../../protocol/limits.ts'
import { cleanAttachments } from './cleaning.ts'
import { images } from './fixture.ts'
import { attachmentSchema } from './schema.ts'

interface Person {
  token: string
}

const kinds = ['PGlite', ...(inject('postgresUrl') ? ['PostgreSQL'] : [])]

async function openOn(kind: string) {
  if (kind === 'PGlite') return openRest()
  const { url, drop } = await createPostgresDatabase()
  // Before openRest, whose own end must come first: hooks run in reverse.
  afterAll(drop)
  return openRest({ databaseUrl: url })
}

describe.each(kinds)('attachments on %s', async (kind) => {
  const { app, makeProject, signUp, db, store, log } = await openOn(kind)
  const MIB = 1024 * 1024
  const attachments = { store, maxBytes: MIB, quotaBytes: 3 * MIB }

  const request = (person: Person, method: string, path: string, init: RequestInit = {}) =>
    app.request(
      `/api/v1/${path}`,
      {
        method,
        ...init,
        headers: { authorization: `Bearer ${person.token}`, ...(init.headers as object) },
      },
      { incoming: { socket: { remoteAddress: '192.0.2.1' } } },
    )

  async function upload(
    person: Person,
    path: string,
    bytes: Uint8Array<ArrayBuffer> | ReadableStream,
    { name = 'notes.txt', type = 'text/plain' } = {},
  ) {
    const response = await request(
      person,
      'POST',
      `${path}/attachments?name=${encodeURIComponent(name)}`,
      { body: bytes, headers: { 'content-type': type }, duplex: 'half' } as RequestInit,
    )
    return { ...((await response.json()) as Reply<Attachment>), status: response.status }
  }

  const read = (person: Person, path: string, id: string, headers = {}) =>
    request(person, 'GET', `${path}/attachments/${id}`, { headers })

  async function stored() {
    const ids: string[] = []
    for await (const group of store.list()) ids.push(...group)
    return ids
  }

  /** As a message takes uploads along, in a channel of a kind. */
  async function attach(projectId: string, authorId: string, id: string, kind = 'public') {
    const channelId = uuid()
    const messageId = uuid()
    await db
      .insertInto('channels')
      .values({ id: channelId, projectId, kind: kind as 'public', name: channelId })
      .execute()
    await db
      .insertInto('messages')
      .values({
        id: messageId,
        channelId,
        seq: 1,
        rev: 1,
        createdRev: 1,
        authorId,
        message: '',
        nonce: uuid(),
      })
      .execute()
    await db.updateTable('attachments').set({ messageId }).where('id', '=', id).execute()
    return { channelId, messageId }
  }

  test('bytes come back as they went, and tell a page or a browser nothing to run', async () => {
    const { path, owner } = await makeProject('bytes')
    const bytes = randomBytes(200_000)
    const name = 'C:\\temp\\Bericht „ä"\r\nX: 1.html'
    const { status, data } = await upload(owner, path, bytes, { name, type: 'text/html' })
    expect(status).toBe(201)
    expect(() => attachmentSchema.strict().parse(data)).not.toThrow()
    expect(data).toMatchObject({ name: 'Bericht „ä"X: 1.html', type: 'text/html', size: 200_000 })
    const answer = await read(owner, path, data.id)
    expect(Buffer.from(await answer.arrayBuffer()).equals(bytes)).toBe(true)
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      'content-type': 'application/octet-stream',
      'content-disposition': `attachment; filename*=UTF-8''Bericht%20%E2%80%9E%C3%A4%22X%3A%201.html`,
      'content-security-policy': "sandbox; default-src 'none'",
      'x-content-type-options': 'nosniff',
      'cache-control': 'private, max-age=31536000, immutable, no-transform',
      vary: expect.stringContaining('Authorization'),
      'content-length': '200000',
    })
    const etag = answer.headers.get('etag') ?? ''
    expect((await read(owner, path, data.id, { 'if-none-match': etag })).status).toBe(304)
    const open = vi.spyOn(store, 'open')
    onTestFinished(() => open.mockRestore())
    const head = await request(owner, 'HEAD', `${path}/attachments/${data.id}`)
    expect([head.status, head.headers.get('content-length')]).toEqual([200, '200000'])
    expect(open, 'a file that nobody reads stays open').not.toHaveBeenCalled()
  })

  test('images are known by their bytes, not by what is said of them', async () => {
    const { path, owner } = await makeProject('images')
    const said = { name: 'a.png', type: 'image/png' }
    const webp = await upload(owner, path, images['image/webp'], said)
    expect(webp.data).toMatchObject({ type: 'image/webp', width: 300, height: 200 })
    const { headers } = await read(owner, path, webp.data.id)
    expect(headers.get('content-type')).toBe('image/webp')
    expect(headers.get('content-disposition')).toMatch(/^inline/)
    const fake = await upload(owner, path, Buffer.from('<script>'), said)
    expect(fake.data).toMatchObject({ type: 'application/octet-stream', width: null })
  })

  describe('limits', () => {
    test('[CH12] what is too large is refused, announced or not, and nothing of it stays', async () => {
      const { path, owner } = await makeProject('large')
      const before = await stored()
      const announced = await request(owner, 'POST', `${path}/attachments?name=a`, {
        body: Buffer.alloc(1),
        headers: { 'content-length': String(MIB + 1) },
      })
      expect(announced.status).toBe(413)
      let sent = 0
      const endless = new ReadableStream({
        pull(controller) {
          sent += 65_536
          controller.enqueue(new Uint8Array(65_536))
        },
      })
      const streamed = await upload(owner, path, endless)
      expect(streamed.error.code).toBe('PAYLOAD_TOO_LARGE')
      expect(sent).toBeLessThan(MIB * 1.5)
      expect(await stored()).toEqual(before)
      expect((await upload(owner, path, Buffer.alloc(MIB))).status).toBe(201)
    })

    test('an upload that breaks off leaves nothing', async () => {
      const { path, owner } = await makeProject('broken')
      const before = await stored()
      let sent = false
      const broken = new ReadableStream({
        pull(controller) {
          if (sent) controller.error(new Error('the line is gone'))
          else controller.enqueue(new Uint8Array(100_000))
          sent = true
        },
      })
      expect((await upload(owner, path, broken)).status).toBe(500)
      expect(await stored()).toEqual(before)
    })

    test('a project has a quota, also when uploads come at once', async () => {
      const { path, owner } = await makeProject('quota')
      const before = (await stored()).length
      const replies = await Promise.all(
        Array.from({ length: 5 }, () => upload(owner, path, Buffer.alloc(MIB))),
      )
      const codes = replies.map(({ status }) => status).toSorted((a, b) => a - b)
      expect(codes).toEqual([201, 201, 201, 422, 422])
      expect((await upload(owner, path, Buffer.alloc(1))).error.message).toContain('3145728 bytes')
      expect((await stored()).length).toBe(before + 3)
    })

    test('[CH12] nobody fills a project with what they do not send', async () => {
      const { path, project, owner, join } = await makeProject('loose')
      const hoarder = await join('member')
      const row = { projectId: project.id, uploadedBy: hoarder.user.id, name: 'a', type: 'a/b' }
      const rows = Array.from({ length: MAX_LOOSE_FILES }, () => ({ ...row, id: uuid(), size: 0 }))
      await db.insertInto('attachments').values(rows).execute()
      const { error } = await upload(hoarder, path, Buffer.alloc(1))
      expect(error).toMatchObject({
        code: 'UNPROCESSABLE',
        message: expect.stringMatching('not sent'),
      })
      expect((await upload(owner, path, Buffer.alloc(1))).status).toBe(201)
      await attach(project.id, hoarder.user.id, rows[0]?.id ?? '')
      expect((await upload(hoarder, path, Buffer.alloc(1))).status).toBe(201)

      const big = { ...row, uploadedBy: owner.user.id, id: uuid(), size: MAX_ATTACHMENTS * MIB }
      await db.insertInto('attachments').values(big).execute()
      expect((await upload(owner, path, Buffer.alloc(1))).error.message).toMatch('not sent')
    })

    test('an upload has bytes, a name and somebody who may write', async () => {
      const { path, owner, join } = await makeProject('empty')
      const empty = await request(owner, 'POST', `${path}/attachments?name=a`)
      expect(empty.status).toBe(400)
      expect((await upload(owner, path, Buffer.alloc(1), { name: '../' })).status).toBe(400)
      expect((await upload(await join('guest'), path, Buffer.alloc(1))).status).toBe(403)
      expect((await upload(await signUp('stranger'), path, Buffer.alloc(1))).status).toBe(403)
    })
  })

  test('[CH12] an upload is its uploader’s until a message takes it to those who may read the channel', async () => {
    const { path, owner, project, join } = await makeProject('readers')
    const guest = await join('guest')
    const other = await makeProject('elsewhere')
    const { data } = await upload(owner, path, Buffer.from('text'))
    const status = async (person: Person, where = path) =>
      (await read(person, where, data.id)).status
    expect([await status(owner), await status(guest)]).toEqual([200, 404])
    await attach(project.id, owner.user.id, data.id)
    expect([await status(owner), await status(guest)]).toEqual([200, 200])
    expect(await status(await signUp('passerby'))).toBe(403)
    expect([await status(other.owner, other.path), await status(owner, other.path)]).toEqual([
      404, 403,
    ])
    expect((await owner.delete(`${path}/attachments/${data.id}`)).status).toBe(404)

    const secret = await upload(owner, path, Buffer.from('secret'))
    const { channelId } = await attach(project.id, owner.user.id, secret.data.id, 'private')
    await db.insertInto('channelMembers').values({ channelId, userId: owner.user.id }).execute()
    expect((await read(owner, path, secret.data.id)).status).toBe(200)
    expect((await read(guest, path, secret.data.id)).status).toBe(404)
  })

  test('an uploader takes back what was not sent', async () => {
    const { path, owner, join } = await makeProject('back')
    const { data } = await upload(owner, path, Buffer.from('oops'))
    const member = await join('member')
    expect((await member.delete(`${path}/attachments/${data.id}`)).status).toBe(404)
    expect((await owner.delete(`${path}/attachments/${data.id}`)).status).toBe(204)
    expect((await read(owner, path, data.id)).status).toBe(404)
    expect(await stored()).not.toContain(data.id)
  })

  test('[CH12] what no message carries is removed after a day, and so is what a crash left; what a project had, with it', async () => {
    const { path, owner, project } = await makeProject('clean')
    const gone = await makeProject('gone')
    const [loose, young, sent, orphan] = await Promise.all(
      [path, path, path, gone.path].map(
        async (where) =>
          (await upload(where === path ? owner : gone.owner, where, Buffer.from('x'))).data.id,
      ),
    )
    if (!loose || !young || !sent || !orphan) throw new Error('nothing was uploaded')
    await attach(project.id, owner.user.id, sent)
    const yesterday = new Date(Date.now() - 25 * 3_600_000).toISOString()
    await db
      .updateTable('attachments')
      .set({ createdAt: yesterday })
      .where('id', 'in', [loose, sent])
      .execute()
    // Left by a crash two hours ago
    const left = [1, 2].map(() => uuid({ msecs: Date.now() - 2 * 3_600_000 }))
    for (const id of left) {
      await store.put(id, new Blob(['x']).stream(), 10)
    }
    await gone.owner.delete(gone.path)
    await expect.poll(stored).not.toContain(orphan)
    await cleanAttachments({ db, attachments, log })
    const ids = await stored()
    expect(ids).toEqual(expect.arrayContaining([young, sent]))
    for (const id of [loose, ...left]) expect(ids).not.toContain(id)
    expect((await read(owner, path, loose)).status).toBe(404)
  })
})
