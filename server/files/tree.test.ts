// Folders, moves and the trash, also by many at the same moment, on both databases.
import { NIL } from 'uuid'
import { afterAll, describe, expect, inject, test } from 'vitest'
import { createPostgresDatabase } from '../../test/postgres.ts'
import { createRandom } from '../../test/random.ts'
import { openRest, type Reply } from '../../test/rest.ts'
import type { FileWithContent, ProjectFile, TrashedFile } from './schema.ts'

async function openOn(name: string) {
  if (name === 'PGlite') return openRest()
  const { url, drop } = await createPostgresDatabase()
  // Before openRest, whose own end must come first: hooks run in reverse.
  afterAll(drop)
  return openRest({ databaseUrl: url })
}
const names = ['PGlite', ...(inject('postgresUrl') ? ['PostgreSQL'] : [])]

describe.each(names)('the tree on %s', async (name) => {
  const rest = await openOn(name)

  async function openTree(title: string) {
    const { owner, path, join } = await rest.makeProject(title)
    const list = async () => (await owner.get<ProjectFile[]>(`${path}/files?limit=1000`)).data
    return {
      owner,
      path,
      join,
      list,
      paths: async () => (await list()).map((file) => file.path),
      trash: async () => (await owner.get<TrashedFile[]>(`${path}/files/trash?limit=100`)).data,
      make: async (file: string, content?: string) =>
        (await owner.post<FileWithContent>(`${path}/files`, { path: file, content })).data,
      folder: async (file: string) =>
        (await owner.post<FileWithContent>(`${path}/files`, { path: file, kind: 'folder' })).data,
      read: async (id: string) =>
        (await owner.get<FileWithContent>(`${path}/files/${id}`)).data.content,
      change: (id: string, body: object) =>
        owner.patch<FileWithContent>(`${path}/files/${id}`, body),
      remove: (id: string) => owner.delete(`${path}/files/${id}`),
      restore: (id: string) => owner.post<ProjectFile>(`${path}/files/${id}/restore`),
    }
  }
  const code = ({ status, error }: Reply<unknown>) => (status < 300 ? status : error.code)

  test('[F1] a list that is read by id has each file once, whatever changes meanwhile', async () => {
    const { owner, path, make, change, remove } = await openTree('pages')
    const stay = []
    for (const file of ['a', 'b', 'c', 'd', 'e']) stay.push((await make(file)).id)
    const [first, gone] = [(await make('f')).id, (await make('g')).id]
    const seen: string[] = []
    let after: string = NIL
    for (let round = 0; ; round++) {
      const list = await owner.get<ProjectFile[]>(`${path}/files?after=${after}&limit=2`)
      seen.push(...list.data.map(({ id }) => id))
      const last = list.data.at(-1)
      if (!last) break
      after = last.id
      // By path, they would come again or push others out of the page.
      await change(stay[0]!, { name: `z${round}` })
      await change(first, { name: `0${round}` })
      if (round === 0) await remove(gone)
      if (round === 0) await make('aa')
    }
    expect(new Set(seen).size).toBe(seen.length)
    expect(seen.slice(0, 6)).toEqual([...stay, first])
    expect(seen).not.toContain(gone)
    expect(seen).toHaveLength(7)
    expect((await owner.get(`${path}/files?after=nowhere`)).status).toBe(400)
  })

  test('[F1] a folder is there by itself, and takes along what is in it', async () => {
    const { make, folder, change, list, paths, read } = await openTree('folders')
    const empty = await folder('docs')
    const main = await make('src/app/main.ts', 'text')
    expect(await paths()).toEqual(['docs', 'src', 'src/app', 'src/app/main.ts'])
    const [, src, app] = await list()
    expect(app?.parentId).toBe(src?.id)
    expect(main.parentId).toBe(app?.id)
    expect(code(await change(src!.id, { parentId: empty.id, name: 'code' }))).toBe(200)
    expect(await paths()).toEqual(['docs', 'docs/code', 'docs/code/app', 'docs/code/app/main.ts'])
    expect(await read(main.id)).toBe('text')
    expect(code(await change(app!.id, { parentId: null }))).toBe(200)
    expect(await paths()).toEqual(['app', 'app/main.ts', 'docs', 'docs/code'])
    // Names that begin the same are others; `_` and `%` are no wildcards.
    await make('ap_/x')
    await make('app.ts')
    expect(code(await change(app!.id, { name: '%' }))).toBe(200)
    expect(await paths()).toEqual(
      expect.arrayContaining(['%', '%/main.ts', 'ap_/x', 'app.ts', 'docs/code']),
    )
  })

  test('[F1] what cannot be is refused in words', async () => {
    const { make, folder, change, owner, path, join } = await openTree('refused')
    const file = await make('file')
    const a = await folder('a')
    const b = await folder('a/b')
    const refusal = async (id: string, body: object) => {
      const { status, error } = await change(id, body)
      return [status, error?.message]
    }
    expect(await refusal(a.id, { parentId: b.id })).toEqual([
      409,
      'The folder a cannot be moved into itself',
    ])
    expect(await refusal(a.id, { path: 'a/b/c/d' })).toEqual([
      409,
      'The folder a cannot be moved into itself',
    ])
    expect(await refusal(a.id, { parentId: file.id })).toEqual([409, 'file is not a folder'])
    expect(await refusal(b.id, { path: 'file/b' })).toEqual([
      409,
      'file/b cannot be: file is a file, not a folder',
    ])
    expect(await refusal(b.id, { path: 'file' })).toEqual([409, 'There is a file file already'])
    expect(await refusal(a.id, { content: 'x' })).toEqual([
      422,
      'a is no text file: it has no text',
    ])
    expect((await change(a.id, { path: 'x', name: 'y' })).status).toBe(400)
    expect((await change(a.id, { name: 'x/y' })).status).toBe(400)
    const deep = Array.from({ length: 40 }, () => 'd').join('/')
    expect((await owner.post(`${path}/files`, { path: deep })).error.message).toMatch(/32 folders/)
    const guest = await join('guest')
    for (const reply of [
      await guest.post(`${path}/files`, { path: 'g', kind: 'folder' }),
      await guest.patch(`${path}/files/${a.id}`, { name: 'g' }),
      await guest.delete(`${path}/files/${a.id}`),
      await guest.get(`${path}/files/trash`),
    ])
      expect(reply.status).toBe(403)
  })

  test('[F1] a path is as long as the database can find it, however it becomes so long', async () => {
    const { folder, change, owner, path, paths } = await openTree('long')
    const random = createRandom(7)
    // Three bytes each, and nothing of it can be compressed.
    const name = (length: number) =>
      String.fromCodePoint(...Array.from({ length }, () => random.between(0x4e00, 0x9fff)))
    const fits = `${name(250)}/${name(250)}/${name(250)}`
    const made = await owner.post<FileWithContent>(`${path}/files`, {
      path: `${fits}/${name(101)}`,
    })
    expect([made.status, made.data.path.length]).toEqual([201, 854])
    const before = await paths()
    const long = await owner.post(`${path}/files`, { path: `${fits}/${name(250)}` })
    expect([long.status, long.error.message]).toEqual([400, expect.stringContaining('2560 bytes')])
    const renamed = await change(made.data.id, { name: name(250) })
    expect([renamed.status, renamed.error.message]).toEqual([400, expect.stringMatching(/2560 b/)])
    const top = (await owner.get<ProjectFile[]>(`${path}/files`)).data[0]!
    expect(code(await change(top.id, { name: name(252) }))).toBe('VALIDATION_ERROR')
    const other = await folder('above')
    expect(code(await change(top.id, { parentId: other.id }))).toBe('VALIDATION_ERROR')
    expect(await paths()).toEqual(['above', ...before])
  })

  test('[F3] what was deleted together comes back together, with its text', async () => {
    const { make, remove, restore, paths, trash, list, read, owner, path } = await openTree('trash')
    const kept = await make('src/kept.ts', 'kept')
    const early = await make('src/early.ts', 'early')
    await remove(early.id)
    const src = (await list()).find((file) => file.path === 'src')!
    expect((await remove(src.id)).status).toBe(204)
    expect(await paths()).toEqual([])
    expect((await owner.get(`${path}/files/${kept.id}`)).status).toBe(404)
    expect((await owner.patch(`${path}/files/${kept.id}`, { content: 'x' })).status).toBe(404)
    expect(await trash()).toMatchObject([
      { path: 'src', count: 2, deletedBy: { username: 'trash-owner' } },
      { path: 'src/early.ts', count: 1 },
    ])
    // The place is taken meanwhile.
    await make('src/kept.ts', 'another')
    expect((await restore(src.id)).data.path).toBe('src (2)')
    expect(await paths()).toEqual(['src', 'src (2)', 'src (2)/kept.ts', 'src/kept.ts'])
    expect(await read(kept.id)).toBe('kept')
    // Its folder is there again, under another name.
    expect((await restore(early.id)).data.path).toBe('src (2)/early.ts')
    expect(await read(early.id)).toBe('early')
    expect(await trash()).toEqual([])
    expect((await restore(early.id)).status).toBe(404)
    expect(rest.updates.at(-1)).toMatchObject({
      updateType: 'file_restored',
      data: { path: 'src (2)/early.ts' },
    })
  })

  test('[F3] something comes back alone out of a deleted folder, and where a file is in its way', async () => {
    const { make, remove, restore, paths, list } = await openTree('alone')
    const file = await make('a/b/file.txt')
    await make('a/other.txt')
    await remove((await list())[0]!.id)
    expect((await restore(file.id)).data.path).toBe('a/b/file.txt')
    expect(await paths()).toEqual(['a', 'a/b', 'a/b/file.txt'])
    await remove((await list())[0]!.id)
    await make('a', 'a file now')
    expect((await restore(file.id)).data).toMatchObject({ path: 'file.txt', parentId: null })
  })

  test('[F3] only maintainers delete for good, and then it is gone', async () => {
    const { make, remove, restore, trash, owner, path, join } = await openTree('purge')
    const [one, two, three] = [await make('d/1'), await make('2'), await make('3')]
    for (const { id } of [one, two, three]) await remove(id)
    const member = await join('member')
    expect((await member.delete(`${path}/files/trash`)).status).toBe(403)
    expect((await owner.delete(`${path}/files/trash/${two.id}`)).status).toBe(204)
    expect((await trash()).map((file) => file.path)).toEqual(['3', 'd/1'])
    expect((await member.post(`${path}/files/${one.id}/restore`)).status).toBe(200)
    expect((await owner.delete(`${path}/files/trash/${one.id}`)).status).toBe(404)
    expect((await owner.delete(`${path}/files/trash`)).status).toBe(204)
    expect((await restore(three.id)).status).toBe(404)
  })

  test('[F2] a folder is the same whatever it is called meanwhile', async () => {
    const { make, folder, change, remove, paths } = await openTree('identity')
    const target = await folder('target')
    const file = await make('file.ts', 'text')
    const moves = await Promise.all([
      change(target.id, { name: 'renamed' }),
      change(file.id, { parentId: target.id }),
    ])
    expect(moves.map(code)).toEqual([200, 200])
    expect(await paths()).toEqual(['renamed', 'renamed/file.ts'])
    await remove(target.id)
    const other = await make('other.ts')
    expect(code(await change(other.id, { parentId: target.id }))).toBe('CONFLICT')
    expect(await paths()).toEqual(['other.ts'])
  })

  test('[F2] of many who make the same path, one does', async () => {
    const { owner, path, paths } = await openTree('same')
    const replies = await Promise.all(
      Array.from({ length: 6 }, () => owner.post(`${path}/files`, { path: 'a/b/c.ts' })),
    )
    expect(replies.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([
      201, 409, 409, 409, 409, 409,
    ])
    expect(await paths()).toEqual(['a', 'a/b', 'a/b/c.ts'])
  })

  test(
    '[F2] whatever happens at once, it stays a tree and loses nothing',
    { timeout: 60_000 },
    async () => {
      const seed = Date.now() % 2 ** 31
      const random = createRandom(seed)
      const tree = await openTree('fuzz')
      const made = new Map<string, string>()
      const log: string[] = []
      async function act(n: number) {
        const files = [...(await tree.list())]
        const any = () => random.pick(files)
        const folder = () => random.pick([...files.filter(({ kind }) => kind === 'folder'), null])
        const choice = files.length < 6 ? 0 : random.below(6)
        log.push(`${n}: ${choice}`)
        if (choice <= 1) {
          const above = folder()
          const file = `${above ? `${above.path}/` : ''}${random.chance(0.4) ? `d${n}/` : ''}f${n}`
          const { status, data } = await tree.owner.post<ProjectFile>(`${tree.path}/files`, {
            path: file,
            content: `text ${n}`,
          })
          if (status === 201) made.set(data.id, `text ${n}`)
        } else if (choice === 2) await tree.change(any().id, { name: `n${random.below(8)}` })
        else if (choice === 3) await tree.change(any().id, { parentId: folder()?.id ?? null })
        else if (choice === 4) await tree.remove(any().id)
        else {
          const trash = await tree.trash()
          if (trash.length > 0) await tree.restore(random.pick(trash).id)
        }
      }
      for (let n = 0; n < 80; n += 4)
        await Promise.all([act(n), act(n + 1), act(n + 2), act(n + 3)])
      const story = `seed ${seed}\n${log.join('\n')}`
      const files = await tree.list()
      const byId = new Map(files.map((file) => [file.id, file]))
      for (const { path, parentId } of files) {
        const above = parentId === null ? '' : `${byId.get(parentId)?.path}/`
        expect(path.startsWith(above) && !path.slice(above.length).includes('/'), story).toBe(true)
      }
      // Out of the trash, all that was ever made is there, with its text.
      for (let trash = await tree.trash(); trash.length > 0; trash = await tree.trash())
        for (const { id } of trash) expect(code(await tree.restore(id)), story).toBe(200)
      for (const [id, text] of made) expect(await tree.read(id), story).toBe(text)
    },
  )
})
