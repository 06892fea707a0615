// Which files come out as an archive, under which names. One contract for both databases.
import { describe, expect, test } from 'vitest'
import { kinds, openArchives, pack, type Content } from '../../../test/archives.ts'

describe.each(kinds)('archives that are downloaded on %s', async (kind) => {
  const { makeProject, request, importZip, exportZip, list } = await openArchives(kind)

  test('[F6] several files and folders are one archive, from the folder that all are in', async () => {
    const made = await makeProject('several')
    const paths = ['src/a/one.txt', 'src/a/two.txt', 'src/ab.txt', 'src/b/c/deep.txt', 'top.txt']
    await importZip(made, await pack(paths.map((path): [string, Content] => [path, path])))
    const all = new Map((await list(made)).map(({ path, id }) => [path, id]))
    const query = (...chosen: string[]) => `?ids=${chosen.map((path) => all.get(path)).join(',')}`
    const exported = async (...chosen: string[]) => {
      const { response, files } = await exportZip(made, query(...chosen))
      return [response.headers.get('content-disposition'), Object.keys(files)]
    }
    expect(await exported('src/b', 'src/a/two.txt', 'src/b/c/deep.txt')).toEqual([
      expect.stringContaining('src.zip'),
      ['a/two.txt', 'b/', 'b/c/', 'b/c/deep.txt'],
    ])
    expect(await exported('src/a', 'top.txt')).toEqual([
      expect.stringContaining('several.zip'),
      ['src/a/', 'src/a/one.txt', 'src/a/two.txt', 'top.txt'],
    ])
    expect(await exported('src/a')).toEqual([
      expect.stringContaining('a.zip'),
      ['a/', 'a/one.txt', 'a/two.txt'],
    ])
    const other = await makeProject('several-others')
    await importZip(other, await pack([['x', 'x']]))
    const [theirs] = await list(other)
    const status = async (rest: string) =>
      (await made.owner.get(`${made.path}/files/archive?${rest}`)).status
    expect(await status(`ids=${all.get('src')},${theirs?.id}`)).toBe(404)
    expect(await status(`ids=${all.get('src')}&folder=src`)).toBe(400)
    expect(await status('ids=src')).toBe(400)
    expect(await status(`ids=${Array.from({ length: 201 }, () => theirs?.id).join(',')}`)).toBe(400)
  })

  test('[F6] a name that looks like a drive does not end an archive', async () => {
    const made = await makeProject('drive')
    for (const path of ['C: notes.md', 'z.txt'])
      await made.owner.post(`${made.path}/files`, { path, content: path })
    expect((await exportZip(made)).files).toEqual({
      'C_ notes.md': Buffer.from('C: notes.md'),
      'z.txt': Buffer.from('z.txt'),
    })
  })

  test('[F6] whoever stops reading an archive leaves nothing open', async () => {
    const made = await makeProject('stops')
    await importZip(
      made,
      await pack(
        Array.from({ length: 3 }, (_, n): [string, Content] => [`${n}.bin`, Buffer.alloc(900_000)]),
      ),
    )
    const response = await request(made.owner.token, 'GET', `${made.path}/files/archive`)
    const reader = response.body?.getReader()
    await reader?.read()
    await reader?.cancel()
    expect((await exportZip(made)).files['2.bin']).toHaveLength(900_000)
  })
})
