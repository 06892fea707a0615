// Over the real documents of the realtime plane.
import { describe, expect, test } from 'vitest'
import { openRest } from '../../test/rest.ts'
import {
  fileSchema,
  fileWithContentSchema,
  type FileWithContent,
  type ProjectFile,
} from './schema.ts'

const rest = await openRest()
const { makeProject, signUp } = rest
const latest = () => rest.updates.at(-1)

describe('a file', () => {
  test('is made with its text, read, listed by path, and the room hears of it', async () => {
    const { path, owner } = await makeProject('made')
    const draft = { path: 'src/main.ts', content: 'export {}\n' }
    const { status, data } = await owner.post<FileWithContent>(`${path}/files`, draft)
    expect(status).toBe(201)
    expect(() => fileWithContentSchema.strict().parse(data)).not.toThrow()
    expect(data).toMatchObject(draft)
    const { content: _content, ...file } = data
    expect(latest()).toMatchObject({ updateType: 'file_created', data: file })
    await owner.post(`${path}/files`, { path: 'README.md' })
    const visitor = await signUp('made-visitor')
    const list = await visitor.get<ProjectFile[]>(`${path}/files`)
    expect(list.data.map((each) => each.path)).toEqual(['README.md', 'src', 'src/main.ts'])
    expect(() => fileSchema.strict().array().parse(list.data)).not.toThrow()
    expect((await visitor.get(`${path}/files/${data.id}`)).data).toEqual(data)
    expect((await visitor.post(`${path}/files`, { path: 'x' })).status).toBe(403)
    expect((await visitor.patch(`${path}/files/${data.id}`, { content: '' })).status).toBe(403)
    expect((await visitor.delete(`${path}/files/${data.id}`)).status).toBe(403)
  })

  test('is renamed, and its text replaced', async () => {
    const { path, owner } = await makeProject('changed')
    const { data } = await owner.post<FileWithContent>(`${path}/files`, {
      path: 'a',
      content: 'one',
    })
    const url = `${path}/files/${data.id}`
    const renamed = await owner.patch<FileWithContent>(url, { path: 'b/c' })
    expect(renamed.data).toMatchObject({ id: data.id, path: 'b/c', content: 'one' })
    expect(latest()).toMatchObject({ updateType: 'file_updated', data: { path: 'b/c' } })
    expect((await owner.patch<FileWithContent>(url, { content: 'two ✓' })).data.content).toBe(
      'two ✓',
    )
    expect((await owner.get<FileWithContent>(url)).data).toMatchObject({
      path: 'b/c',
      content: 'two ✓',
    })
    // Its own path is no conflict.
    expect((await owner.patch(url, { path: 'b/c' })).status).toBe(200)
  })

  test('is gone when it is deleted', async () => {
    const { path, owner } = await makeProject('gone')
    const { data } = await owner.post<FileWithContent>(`${path}/files`, { path: 'a', content: 'x' })
    const url = `${path}/files/${data.id}`
    await owner.patch(url, { content: 'held in memory' })
    expect((await owner.delete(url)).status).toBe(204)
    expect(latest()).toMatchObject({ updateType: 'file_deleted', data: { id: data.id, path: 'a' } })
    expect((await owner.get(url)).status).toBe(404)
    expect((await owner.patch(url, { content: 'x' })).status).toBe(404)
    expect((await owner.post(`${path}/files`, { path: 'a' })).status).toBe(201)
  })

  test('belongs to its project', async () => {
    const [here, there] = [await makeProject('here'), await makeProject('there')]
    const { data } = await here.owner.post<FileWithContent>(`${here.path}/files`, { path: 'a' })
    expect((await there.owner.get(`${there.path}/files/${data.id}`)).status).toBe(404)
    expect((await there.owner.delete(`${there.path}/files/${data.id}`)).status).toBe(404)
  })
})

describe('a path', () => {
  test('is a file or a folder, never both', async () => {
    const { path, owner } = await makeProject('paths')
    const make = async (file: string) => {
      const { status, error } = await owner.post(`${path}/files`, { path: file })
      return status === 201 ? 'made' : error.code
    }
    expect(await make('src/lib/a.ts')).toBe('made')
    expect(await make('src/lib/a.ts')).toBe('CONFLICT')
    expect(await make('src')).toBe('CONFLICT')
    expect(await make('src/lib')).toBe('CONFLICT')
    expect(await make('src/lib/a.ts/b')).toBe('CONFLICT')
    // Names that only begin the same.
    expect(await make('src/li')).toBe('made')
    expect(await make('src/lib/a.tsx')).toBe('made')
    expect(await make('src_lib')).toBe('made')
    expect(await make('s%')).toBe('made')
  })

  test.each(['/a', 'a/', 'a//b', '.', '../a', 'a/./b', 'a\\b', 'a\nb', ''])(
    'is not %j',
    async (file) => {
      const { path, owner } = await makeProject(
        `bad-${Buffer.from(file).toString('hex') || 'none'}`,
      )
      expect((await owner.post(`${path}/files`, { path: file })).status).toBe(400)
    },
  )
})
