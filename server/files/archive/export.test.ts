// Which files come out as an archive, under which names. One contract for both databases.
import { randomBytes } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { kinds, openArchives, pack, type Content } from '../../../test/archives.ts'
import type { Reply } from '../../../test/rest.ts'

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

  test('[F6] a person has three archives under way at most, and others wait for nobody', async () => {
    const made = await makeProject('unread')
    const member = await made.join('member')
    await importZip(made, await pack([['large.bin', randomBytes(900_000)]]))
    const ask = (who = made.owner, method = 'GET', query = '') =>
      request(who.token, method, `${made.path}/files/archive${query}`)
    // What sends nothing keeps no place.
    for (const query of ['', '?folder=nowhere', '', '?folder=nowhere'])
      await ask(made.owner, 'HEAD', query)
    const unread = await Promise.all([ask(), ask(), ask()])
    expect(unread.map(({ status }) => status)).toEqual([200, 200, 200])
    const refused = await ask()
    const { error } = (await refused.json()) as Reply<never>
    expect([refused.status, error.code]).toEqual([429, 'RATE_LIMITED'])
    expect(error.message).toContain('3 downloads of yours')
    expect((await exportZip({ path: made.path, owner: member })).files).toHaveProperty('large.bin')
    await unread[0]?.body?.cancel()
    await exportZip(made)
    await exportZip(made)
    for (const { body } of unread.slice(1)) await body?.cancel()
  })
})
