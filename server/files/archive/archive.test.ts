// What goes into a project as an archive, and comes out as one. One contract for both databases.
import { sql } from 'kysely'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { AppError } from '../../../protocol/errors.ts'
import { MAX_FILES } from '../../../protocol/limits.ts'
import { cleanAttachments } from '../../attachments/cleaning.ts'
import { images } from '../../attachments/fixture.ts'
import { kinds, openArchives, pack, type Content } from '../../../test/archives.ts'
import { importedSchema, type Imported } from './schema.ts'

describe.each(kinds)('archives on %s', async (kind) => {
  const archives = await openArchives(kind)
  const { makeProject, signUp, updates, db, store, log } = archives
  const { importZip, exportZip, list } = archives

  test('[F5] [F6] what is exported is what was imported, byte by byte', async () => {
    const made = await makeProject('round')
    const png = images['image/png']
    const contents: [string, Content][] = [
      ['top/src/über 😀.ts', 'a\r\nb\n'],
      ['top/bom.txt', '\ufeffx'],
      ['top/empty.txt', ''],
      ['top/empty/', null],
      ['top/a.png', Buffer.from(png)],
      ['top/nul.bin', Buffer.from('a\0b')],
      ['top/latin1.txt', Buffer.from('süß', 'latin1')],
    ]
    const { status, data } = await importZip(made, await pack(contents))
    expect(status).toBe(200)
    expect(() => importedSchema.strict().parse(data)).not.toThrow()
    expect(data).toEqual({ created: 6, replaced: 0, skipped: [], skippedCount: 0 })
    expect((await list(made)).map(({ path, kind, type }) => `${path} ${kind} ${type}`)).toEqual([
      'top folder null',
      'top/a.png binary image/png',
      'top/bom.txt text null',
      'top/empty folder null',
      'top/empty.txt text null',
      'top/latin1.txt binary application/octet-stream',
      'top/nul.bin binary application/octet-stream',
      'top/src folder null',
      'top/src/über 😀.ts text null',
    ])
    const { response, files } = await exportZip(made)
    expect(response.headers.get('content-type')).toBe('application/zip')
    expect(response.headers.get('content-disposition')).toContain('round.zip')
    const expected = Object.fromEntries(
      contents.map(([path, content]) => [
        path,
        content === null ? null : Buffer.from(content as string),
      ]),
    )
    expect(files).toEqual({ 'top/': null, 'top/src/': null, ...expected })
  })

  test('[F5] importing again changes nothing, and other text is an edit of the same file', async () => {
    const made = await makeProject('again')
    const binary = Buffer.from([0, 1, 2])
    const zip = await pack([
      ['a.txt', 'one\n'],
      ['b/c.txt', 'same'],
      ['d.bin', binary],
    ])
    expect((await importZip(made, zip)).data).toMatchObject({ created: 3, replaced: 0 })
    const before = await list(made)
    const told = updates.length
    expect((await importZip(made, zip)).data).toEqual({
      created: 0,
      replaced: 0,
      skipped: [],
      skippedCount: 0,
    })
    expect(await list(made)).toEqual(before)
    expect(updates.length).toBe(told)
    const changed = await pack([
      ['a.txt', 'two\r\n'],
      ['b/c.txt', 'same'],
      ['d.bin', Buffer.from([0, 3])],
    ])
    expect((await importZip(made, changed)).data).toEqual({
      created: 0,
      replaced: 2,
      skipped: [],
      skippedCount: 0,
    })
    expect((await list(made)).map(({ id }) => id)).toEqual(before.map(({ id }) => id))
    expect((await exportZip(made)).files).toMatchObject({
      'a.txt': Buffer.from('two\r\n'),
      'd.bin': Buffer.from([0, 3]),
    })
  })

  test('[F5] the room hears that files changed, and not of each', async () => {
    const made = await makeProject('told')
    const before = updates.length
    const entries = Array.from({ length: 120 }, (_, n): [string, Content] => [`f${n}/x`, `${n}`])
    expect((await importZip(made, await pack(entries))).data.created).toBe(120)
    const told = updates.slice(before).filter(({ projectId }) => projectId === made.project.id)
    expect(new Set(told.map(({ updateType }) => updateType))).toEqual(new Set(['files_changed']))
    expect(told.length).toBeLessThan(10)
  })

  test('[F5] into a folder, of which the archive of the folder has the name in front', async () => {
    const made = await makeProject('folder')
    await importZip(
      made,
      await pack([
        ['x/y.txt', 'y'],
        ['z.txt', 'z'],
      ]),
      '?folder=deep/in',
    )
    expect((await list(made)).map(({ path }) => path)).toEqual([
      'deep',
      'deep/in',
      'deep/in/x',
      'deep/in/x/y.txt',
      'deep/in/z.txt',
    ])
    expect(Object.keys((await exportZip(made, '?folder=deep/in')).files)).toEqual([
      'in/',
      'in/x/',
      'in/x/y.txt',
      'in/z.txt',
    ])
    const none = await made.owner.get(`${made.path}/files/archive?folder=nowhere`)
    expect(none.status).toBe(404)
    expect((await made.owner.get(`${made.path}/files/archive?folder=deep/in/z.txt`)).status).toBe(
      404,
    )
  })

  test('[F1] [F5] where there is no room for a file, no folders are made for it', async () => {
    const made = await makeProject('full')
    const left = 2
    await sql`insert into files (id, project_id, kind, path)
      select gen_random_uuid(), ${made.project.id}, 'folder', 'full' || n
      from generate_series(1, ${MAX_FILES - left}::int) as n`.execute(db)
    const draft = { path: 'a/b/c', content: 'x' }
    const refused = await made.owner.post(`${made.path}/files`, draft)
    expect([refused.status, refused.error.message]).toEqual([422, expect.stringMatching(/10000/)])
    const zip = await pack([
      ['a/b/c', 'x'],
      ['a/d', 'x'],
      ['e', 'x'],
    ])
    expect((await importZip(made, zip)).data).toEqual({
      created: 1,
      replaced: 0,
      skipped: ['a/b/c', 'e'].map((path) => ({ path, reason: refused.error.message })),
      skippedCount: 2,
    })
    const [a, d, ...others] = await list(made)
    expect([a?.path, d?.path, others[0]?.path]).toEqual(['a', 'a/d', 'full1'])
  })

  test('[F5] two imports of a person are under way at most, and others wait for nobody', async () => {
    const made = await makeProject('many')
    const member = await made.join('member')
    const zip = await pack([['a', 'a']])
    const uploads = [0, 1].map(() => {
      const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>()
      return { answer: importZip(made, readable), writer: writable.getWriter() }
    })
    // Its first bytes were taken: they are under way.
    await Promise.all(
      uploads.map(({ writer }) => writer.write(Uint8Array.from(zip.subarray(0, 9)))),
    )
    const refused = await importZip(made, zip)
    expect([refused.status, refused.error.code]).toEqual([429, 'RATE_LIMITED'])
    const other = await importZip({ path: made.path, owner: member }, zip)
    expect(other.data.created).toBe(1)
    for (const { writer } of uploads) {
      await writer.write(Uint8Array.from(zip.subarray(9)))
      await writer.close()
    }
    const answers = await Promise.all(uploads.map(({ answer }) => answer))
    expect(answers.map(({ status }) => status)).toEqual([200, 200])
    expect((await importZip(made, zip)).status).toBe(200)
  })

  test.each(['gone', 'late'] as const)(
    '[F5] an import that never ends keeps nobody waiting once its asker is gone, or it is late: %s',
    async (reason) => {
      const made = await makeProject(`stuck-${reason}`)
      const member = await made.join('member')
      const ends = { gone: new AbortController(), late: new AbortController() }
      const answered = Promise.withResolvers<number>()
      const put = vi.spyOn(store, 'put').mockReturnValueOnce(answered.promise)
      const timeout = vi.spyOn(AbortSignal, 'timeout').mockReturnValueOnce(ends.late.signal)
      onTestFinished(() => {
        put.mockRestore()
        timeout.mockRestore()
      })
      const stuck = importZip(made, await pack([['a.bin', Buffer.alloc(1)]]), '', ends.gone.signal)
      await expect.poll(() => put.mock.calls.length).toBe(1)
      const next = importZip({ path: made.path, owner: member }, await pack([['b', 'b']]))
      ends[reason].abort()
      expect((await next).data.created).toBe(1)
      answered.reject(new AppError('UNAVAILABLE', 'The store does not answer'))
      expect((await stuck).status).toBe(503)
    },
  )

  test('[F5] an import ends when access is taken, or its request ends, and says what was made', async () => {
    const made = await makeProject('ends')
    const member = await made.join('member')
    const total = 2_000
    const zip = await pack(
      Array.from({ length: total }, (_, n): [string, Content] => [`${n}.txt`, `${n}`]),
    )
    const count = async (folder: string) => {
      const files = db.selectFrom('files').select('id').where('projectId', '=', made.project.id)
      return (await files.where('path', 'like', `${folder}/%`).execute()).length
    }
    const begins = async (before: number) => {
      const told = () => updates.length
      await expect.poll(told, { interval: 1, timeout: 10_000 }).toBeGreaterThan(before)
    }

    const before = updates.length
    const refused = importZip({ path: made.path, owner: member }, zip, '?folder=taken')
    await begins(before)
    await made.owner.patch(`${made.path}/members/${member.user.id}`, { role: 'guest' })
    const { status, error } = await refused
    expect([status, error.code]).toEqual([403, 'INSUFFICIENT_PERMISSIONS'])
    const { created } = error.details as Imported
    expect(created).toBeGreaterThan(0)
    expect(created).toBeLessThan(total)
    expect(error.message).toContain(`${created} created, 0 replaced`)
    expect(await count('taken')).toBe(created)

    const leave = new AbortController()
    const heard = updates.length
    const ended = importZip(made, zip, '?folder=gone', leave.signal)
    await begins(heard)
    leave.abort()
    const answer = await ended
    expect([answer.status, answer.error.code]).toEqual([503, 'UNAVAILABLE'])
    const left = (answer.error.details as Imported).created
    expect(left).toBeGreaterThan(0)
    expect(left).toBeLessThan(total)
    expect(await count('gone')).toBe(left)
  })

  test('[F5] who may write imports, who may read exports', async () => {
    const made = await makeProject('who')
    const guest = await made.join('guest')
    const visitor = await signUp('archive-visitor')
    const zip = await pack([['a', 'a']])
    expect((await importZip({ path: made.path, owner: guest }, zip)).status).toBe(403)
    expect((await importZip({ path: made.path, owner: visitor }, zip)).status).toBe(403)
    await importZip(made, zip)
    expect((await exportZip({ path: made.path, owner: visitor })).files).toEqual({
      a: Buffer.from('a'),
    })
  })

  test('[F6] the bytes of binary files stay as long as a file has them', async () => {
    const made = await makeProject('bytes')
    await importZip(made, await pack([['a.bin', Buffer.from([0, 1])]]))
    const [file] = await list(made)
    const ids = async () => (await Array.fromAsync(store.list())).flat()
    const old = file?.contentId?.replace(/^.{13}/, '00000000-0000') ?? ''
    await store.put(old, new Blob(['x']).stream(), 10)
    const attachments = { store, maxBytes: 1, quotaBytes: 1 }
    await cleanAttachments({ db, attachments, log })
    expect(await ids()).not.toContain(old)
    await store.put(old, new Blob(['x']).stream(), 10)
    await db
      .updateTable('files')
      .set({ contentId: old })
      .where('id', '=', file?.id ?? '')
      .execute()
    await cleanAttachments({ db, attachments, log })
    expect(await ids()).toContain(old)
  })
})
