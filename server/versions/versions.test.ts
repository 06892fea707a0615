// History over REST, on the real documents of the realtime plane.
import { describe, expect, test } from 'vitest'
import { v7 as uuid } from 'uuid'
import { MAX_NAMED_VERSIONS } from '../../protocol/limits.ts'
import { recordVersion } from '../../realtime/documents/versions.ts'
import { openRest } from '../../test/rest.ts'
import type { FileWithContent } from '../files/schema.ts'
import {
  diffSchema,
  versionContentSchema,
  versionSchema,
  type FileDiff,
  type FileVersion,
  type VersionContent,
} from './schema.ts'
import { restoreVersion } from './restore.ts'
import type { VersionDocuments } from './versions.ts'

const rest = await openRest()
const { makeProject, signUp, updates, db } = rest
const latest = () => updates.at(-1)

async function makeFile(name: string, content = 'one\ntwo\n') {
  const project = await makeProject(name)
  const { owner, path } = project
  const { data } = await owner.post<FileWithContent>(`${path}/files`, { path: 'a.ts', content })
  const file = `${path}/files/${data.id}`
  const name_ = (text: string) => owner.post<FileVersion>(`${file}/versions`, { name: text })
  return { ...project, file, fileId: data.id, name: name_ }
}

describe('versions', () => {
  test('are named, listed newest first, read with who wrote what, compared, and the room hears of names', async () => {
    const { owner, join, file, name, project } = await makeFile('history')
    const bob = await join('member')
    const first = await name('first')
    expect(first.status).toBe(201)
    expect(() => versionSchema.strict().parse(first.data)).not.toThrow()
    expect(first.data).toMatchObject({ number: 1, name: 'first', reason: 'hand', length: 8 })
    expect(first.data.authors.map(({ id }) => id)).toEqual([owner.user.id])
    expect(latest()).toMatchObject({
      projectId: project.id,
      updateType: 'version_created',
      data: { name: 'first', path: 'a.ts' },
    })
    await bob.patch(file, { content: 'one\n2\nthree\n' })
    const second = await bob.post<FileVersion>(`${file}/versions`, { name: 'second' })
    expect(second.data.authors.map(({ id }) => id)).toEqual([bob.user.id])

    const list = await owner.get<FileVersion[]>(`${file}/versions`)
    expect(list.data.map((version) => version.name)).toEqual(['second', 'first'])
    expect(list.meta).toMatchObject({
      pagination: { total: 2 },
      history: { versions: 2, namedVersions: 2 },
    })
    const content = await owner.get<VersionContent>(`${file}/versions/${second.data.id}`)
    expect(() => versionContentSchema.strict().parse(content.data)).not.toThrow()
    expect(content.data).toMatchObject({
      text: 'one\n2\nthree\n',
      runs: [
        { length: 4, userId: owner.user.id },
        { length: 7, userId: bob.user.id },
        { length: 1, userId: owner.user.id },
      ],
    })
    expect(content.data.people.map(({ id }) => id).sort()).toEqual(
      [owner.user.id, bob.user.id].sort(),
    )
    const url = `${file}/versions/${first.data.id}/diff/current`
    const diff = await owner.get<FileDiff>(url)
    expect(() => diffSchema.strict().parse(diff.data)).not.toThrow()
    expect(diff.data).toMatchObject({ from: { number: 1 }, to: null, added: 2, removed: 1 })
    const nothing = await owner.get<FileDiff>(`${file}/versions/empty/diff/${first.data.id}`)
    expect(nothing.data).toMatchObject({ from: null, added: 2, removed: 0 })
  })

  test('of the same text are one: naming it again is refused, renaming it is not', async () => {
    const { owner, file, name } = await makeFile('renamed')
    const { data } = await name('one')
    const again = await name('two')
    expect(again.status).toBe(409)
    expect(again.error.message).toContain('“one”')
    const url = `${file}/versions/${data.id}`
    expect((await owner.patch<FileVersion>(url, { name: ' two ' })).data.name).toBe('two')
    expect(latest()).toMatchObject({ updateType: 'version_updated', data: { name: 'two' } })
    expect((await owner.patch<FileVersion>(url, { name: null })).data.name).toBe(null)
    const named = await owner.get<FileVersion[]>(`${file}/versions?named=true`)
    expect(named.data).toEqual([])
    expect((await owner.patch(url, { name: '' })).status).toBe(400)
  })

  test('[V6] whoever reads the file reads its history; changing it takes the permission to write', async () => {
    const { join, file, name } = await makeFile('access')
    const { data } = await name('one')
    const [visitor, guest] = [await signUp('history-visitor'), await join('guest')]
    for (const person of [visitor, guest]) {
      expect((await person.get(`${file}/versions`)).status).toBe(200)
      expect((await person.get(`${file}/versions/${data.id}`)).status).toBe(200)
      expect((await person.get(`${file}/versions/${data.id}/diff/current`)).status).toBe(200)
      expect((await person.post(`${file}/versions`, { name: 'x' })).status).toBe(403)
      expect((await person.patch(`${file}/versions/${data.id}`, { name: 'x' })).status).toBe(403)
      expect((await person.post(`${file}/versions/${data.id}/restore`)).status).toBe(403)
    }
  })

  test('[V6] belong to their file, and go with it', async () => {
    const [here, there] = [await makeFile('here'), await makeFile('there')]
    const { data } = await here.name('one')
    const url = `${there.file}/versions/${data.id}`
    expect((await there.owner.get(url)).status).toBe(404)
    expect((await there.owner.post(`${url}/restore`)).status).toBe(404)
    expect((await there.owner.get(`${there.file}/versions/nonsense`)).status).toBe(404)
    expect((await there.owner.get(`${there.file}/versions/${uuid()}/diff/current`)).status).toBe(
      404,
    )
    await db.deleteFrom('files').where('id', '=', here.fileId).execute()
    expect((await here.owner.get(`${here.file}/versions`)).status).toBe(404)
    expect(await db.selectFrom('documentVersions').where('id', '=', data.id).execute()).toEqual([])
  })

  test('[V4] more names than there is room for are refused, with what to do', async () => {
    const { owner, file, fileId, name } = await makeFile('full')
    const { data } = await name('one')
    const row = await db
      .selectFrom('documentVersions')
      .selectAll()
      .where('id', '=', data.id)
      .executeTakeFirstOrThrow()
    const copies = Array.from({ length: MAX_NAMED_VERSIONS - 1 }, (_, n) => ({
      ...row,
      id: uuid(),
      authors: '[]',
      number: n + 2,
      seq: n + 2,
    }))
    await db.insertInto('documentVersions').values(copies).execute()
    await db.updateTable('documents').set({ lastSeq: 1 }).where('fileId', '=', fileId).execute()
    const refused = await name('one too many')
    expect(refused.status).toBe(409)
    expect(refused.error.message).toMatch(/200 of 200.*take the name of one away/)
    await owner.patch(`${file}/versions/${copies[0]!.id}`, { name: null })
    const free = await owner.patch<FileVersion>(`${file}/versions/${copies[0]!.id}`, { name: 'x' })
    expect(free.status).toBe(200)
  })

  test('[V8] of one person the last three comparisons run, and each ends with its request', async () => {
    const lines = (mark: string) =>
      Array.from({ length: 60_000 }, (_, n) => `${mark}${n}\n`).join('')
    const { owner, file, name } = await makeFile('turns', lines('a'))
    const { data: version } = await name('long')
    await owner.patch(file, { content: lines('b') })
    const address = `${file}/versions/${version.id}/diff/current`
    const start = () => {
      const gone = new AbortController()
      const headers = { authorization: `Bearer ${owner.token}` }
      const env = { incoming: { socket: { remoteAddress: '192.0.2.1' } } }
      const asked = rest.app.request(`/api/v1/${address}`, { headers, signal: gone.signal }, env)
      return { gone, answer: Promise.resolve(asked) }
    }
    const all = [start(), start(), start(), start()]
    expect((await Promise.race(all.map(({ answer }) => answer))).status).toBe(429)
    for (const { gone } of all) gone.abort()
    const statuses = (await Promise.all(all.map(({ answer }) => answer))).map((r) => r.status)
    expect(statuses.toSorted((x, y) => x - y)).toEqual([429, 503, 503, 503])
    const { data } = await owner.get<FileDiff>(address)
    expect([data.added, data.removed, data.cut]).toEqual([60_000, 60_000, true])
  })
})

describe('a restore', () => {
  const restoreWith = async (
    token: string,
    at: Parameters<typeof restoreVersion>[2],
    documents: Partial<VersionDocuments>,
  ) =>
    restoreVersion(
      {
        db,
        publish: (update) => updates.push(update),
        documents: { ...rest.documents, ...documents },
      },
      await rest.accounts.authenticate(token),
      at,
    )

  test('keeps what was there, brings the text back, and can be taken back the same way', async () => {
    const { owner, file, name } = await makeFile('restored')
    const { data: first } = await name('first')
    await owner.patch(file, { content: 'something else\n' })
    type Restored = { version: FileVersion; before: FileVersion }
    const { status, data } = await owner.post<Restored>(`${file}/versions/${first.id}/restore`)
    expect(status).toBe(200)
    expect(data.version).toMatchObject({ reason: 'restore', restoredFrom: 1, length: 8 })
    expect(data.before).toMatchObject({ reason: 'before_restore', length: 15 })
    expect(latest()).toMatchObject({ updateType: 'version_restored', data: { restoredFrom: 1 } })
    expect((await owner.get<FileWithContent>(file)).data.content).toBe('one\ntwo\n')
    await owner.post(`${file}/versions/${data.before.id}/restore`)
    expect((await owner.get<FileWithContent>(file)).data.content).toBe('something else\n')
    // What it is already is nothing new.
    const before = updates.length
    await owner.post(`${file}/versions/${data.before.id}/restore`)
    expect(updates.length).toBe(before)
  })
  test('[V6] by somebody who may not write any more when it comes to the text leaves it', async () => {
    const { owner, join, file, fileId, path, project, name } = await makeFile('demoted')
    const { data: first } = await name('first')
    await owner.patch(file, { content: 'something else\n' })
    const member = await join('member')
    const demote = () => owner.patch(`${path}/members/${member.user.id}`, { role: 'guest' })
    const at = { slug: project.slug, fileId, versionId: first.id }
    const refused = restoreWith(member.token, at, {
      async rewriteFrom(...edit) {
        await demote()
        await rest.documents.rewriteFrom(...edit)
      },
    })
    await expect(refused).rejects.toMatchObject({ code: 'INSUFFICIENT_PERMISSIONS' })
    expect((await owner.get<FileWithContent>(file)).data.content).toBe('something else\n')
    // Once the text has changed, the room hears of it.
    await owner.patch(`${path}/members/${member.user.id}`, { role: 'member' })
    await restoreWith(member.token, at, {
      async rewriteFrom(...edit) {
        await rest.documents.rewriteFrom(...edit)
        await demote()
      },
    })
    expect((await owner.get<FileWithContent>(file)).data.content).toBe('one\ntwo\n')
    expect(latest()).toMatchObject({ updateType: 'version_restored', data: { restoredFrom: 1 } })
  })

  test('[V1] is told also where the version of its session was made first', async () => {
    const { owner, file, fileId, project, name } = await makeFile('raced')
    const { data: first } = await name('first')
    await owner.patch(file, { content: 'something else\n' })
    const at = { slug: project.slug, fileId, versionId: first.id }
    const { version } = await restoreWith(owner.token, at, {
      async rewriteFrom(...edit) {
        await rest.documents.rewriteFrom(...edit)
        await recordVersion(db, fileId, { reason: 'session' })
      },
    })
    expect(version).toMatchObject({ reason: 'restore', restoredFrom: 1, length: 8 })
    expect(latest()).toMatchObject({ updateType: 'version_restored', data: { id: version.id } })
  })
})
