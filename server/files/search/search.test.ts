// One contract for both databases: what is found, where, and how long a search may take.
import { afterAll, describe, expect, inject, test } from 'vitest'
import { createPostgresDatabase } from '../../../test/postgres.ts'
import { createRandom } from '../../../test/random.ts'
import { openRest } from '../../../test/rest.ts'
import type { FileWithContent } from '../schema.ts'
import { fileMatchesSchema, type FileMatches } from './schema.ts'

const kinds = ['PGlite', ...(inject('postgresUrl') ? ['PostgreSQL'] : [])]

const slowPattern = '(a|b)*a(a|b){900}[c-z]'
const random = createRandom(1)
const letters = Array.from({ length: 500_000 }, () => random.pick(['a', 'b'])).join('')

async function openOn(kind: string) {
  if (kind === 'PGlite') return openRest()
  const { url, drop } = await createPostgresDatabase()
  afterAll(drop)
  return openRest({ databaseUrl: url })
}

describe.each(kinds)('search on %s', async (kind) => {
  const { makeProject, signUp, db, app } = await openOn(kind)

  async function makeFiles(name: string, files: Record<string, string>) {
    const made = await makeProject(name)
    const ids: Record<string, string> = {}
    for (const [path, content] of Object.entries(files)) {
      const draft = { path, content }
      const { data } = await made.owner.post<FileWithContent>(`${made.path}/files`, draft)
      ids[path] = data.id
    }
    const ask = (query: Record<string, string>) =>
      made.owner.get<FileMatches>(
        `${made.path}/files/search?${new URLSearchParams(query).toString()}`,
      )
    /** `path:line:column:match` */
    const search = async (q: string, more: Record<string, string> = {}) => {
      const { status, data } = await ask({ q, ...more })
      expect(status).toBe(200)
      return data.matches.map(({ path, line, column, length, text, textColumn }) => {
        const match = text.slice(column - textColumn, column - textColumn + length)
        return `${path}:${line}:${column}:${match}`
      })
    }
    return { ...made, ids, ask, search }
  }

  test('[F7] text is found by line and column, in any case, and as whole words only', async () => {
    const { search, ask, ids } = await makeFiles('plain', {
      'b.txt': 'one\r\nTwo two\rthree twofold\n',
      'a/ü.md': '😀 TWO (x) ätwo two_\n',
    })
    expect(await search('two')).toEqual([
      'a/ü.md:1:4:TWO',
      'a/ü.md:1:13:two',
      'a/ü.md:1:17:two',
      'b.txt:2:1:Two',
      'b.txt:2:5:two',
      'b.txt:3:7:two',
    ])
    expect(await search('two', { case: 'true' })).toHaveLength(4)
    expect(await search('two', { word: 'true' })).toEqual([
      'a/ü.md:1:4:TWO',
      'b.txt:2:1:Two',
      'b.txt:2:5:two',
    ])
    expect(await search('(X)')).toEqual(['a/ü.md:1:8:(x)'])
    const { data } = await ask({ q: 'fold' })
    expect(() => fileMatchesSchema.strict().parse(data)).not.toThrow()
    expect(data).toEqual({
      matches: [
        {
          fileId: ids['b.txt'],
          path: 'b.txt',
          line: 3,
          column: 10,
          length: 4,
          text: 'three twofold',
          textColumn: 1,
        },
      ],
      truncated: false,
    })
  })

  test('[F7] a pattern is of RE2, within a line, and a bad one is told where', async () => {
    const { search, ask } = await makeFiles('patterns', {
      'crlf.ts': 'const a = 1\r\nlet b = 22\r\n',
      'lf.ts': 'const c = 3\nconst d',
    })
    expect(await search('^const \\w+', { regex: 'true' })).toEqual([
      'crlf.ts:1:1:const a',
      'lf.ts:1:1:const c',
      'lf.ts:2:1:const d',
    ])
    expect(await search('\\d+$', { regex: 'true' })).toEqual([
      'crlf.ts:1:11:1',
      'crlf.ts:2:9:22',
      'lf.ts:1:11:3',
    ])
    expect(await search('\\Alet', { regex: 'true' })).toEqual(['crlf.ts:2:1:let'])
    expect(await search('LET|x*', { regex: 'true' })).toEqual(['crlf.ts:2:1:let'])
    for (const [q, where] of [
      ['ab(c', 'character 5'],
      ['a[', 'character 2'],
      ['x{2000}', '{2000}'],
      ['(?<=a)b', 'character 1'],
      ['a\\', 'character 3'],
    ] as const) {
      const { status, error } = await ask({ q, regex: 'true' })
      expect([status, error.message], q).toEqual([400, expect.stringContaining(where)])
    }
    expect((await ask({ q: 'a\nb' })).error.message).toContain('one line')
    expect((await ask({ q: '' })).status).toBe(400)
  })

  test('[F7] some files are looked into, by pattern or folder', async () => {
    const { search, ask } = await makeFiles(
      'globs',
      Object.fromEntries(
        ['src/a.ts', 'src/deep/b.ts', 'src/deep/c.tsx', 'docs/d.md', 'e.ts', 'x{y.ts'].map(
          (path) => [path, 'here'],
        ),
      ),
    )
    const paths = async (include: string) =>
      (await search('here', { include })).map((match) => match.split(':')[0])
    expect(await paths('src/**/*.ts')).toEqual(['src/a.ts', 'src/deep/b.ts'])
    expect(await paths('src/*.ts')).toEqual(['src/a.ts'])
    expect(await paths('*.ts')).toEqual(['e.ts', 'src/a.ts', 'src/deep/b.ts', 'x{y.ts'])
    expect(await paths('src/deep')).toEqual(['src/deep/b.ts', 'src/deep/c.tsx'])
    expect(await paths('docs/, *.{tsx,md}')).toEqual(['docs/d.md', 'src/deep/c.tsx'])
    expect(await paths('?.ts')).toEqual(['e.ts', 'src/a.ts', 'src/deep/b.ts'])
    expect((await ask({ q: 'here', include: '*.{a' })).error.message).toContain('closing }')
  })

  test('[F7] what was typed a moment ago is found, what is in the trash is not', async () => {
    const { search, owner, path, ids } = await makeFiles('newest', { a: 'before', b: 'before' })
    expect(await search('before')).toHaveLength(2)
    await owner.patch(`${path}/files/${ids['a'] ?? ''}`, { content: 'after' })
    expect(await search('before')).toEqual(['b:1:1:before'])
    expect(await search('after')).toEqual(['a:1:1:after'])
    await owner.delete(`${path}/files/${ids['a'] ?? ''}`)
    expect(await search('after')).toEqual([])
    // Kept from the first search, and not believed: the journal went on.
    await db
      .deleteFrom('documentUpdates')
      .where('fileId', '=', ids['b'] ?? '')
      .execute()
    await db
      .updateTable('documents')
      .set({ lastSeq: 0 })
      .where('fileId', '=', ids['b'] ?? '')
      .execute()
    expect(await search('before')).toEqual([])
  })

  test('[F8] a search ends after 1,000 matches, says so, and shows a part of long lines', async () => {
    const { ask, search } = await makeFiles('bounds', {
      many: 'x\n'.repeat(1_001),
      long: `${'a'.repeat(5_000)}needle${'b'.repeat(5_000)}`,
    })
    const { data } = await ask({ q: 'x' })
    expect([data.matches.length, data.truncated]).toEqual([1_000, true])
    expect(await search('needle')).toEqual(['long:1:5001:needle'])
    expect((await ask({ q: 'needle' })).data.matches[0]?.text).toHaveLength(240)
  })

  test('[F8] a pattern that is slow ends after 5 seconds; others are served meanwhile', async () => {
    const { ask, owner, path } = await makeFiles('slow', { a: letters, 'z.txt': 'quick' })
    const start = performance.now()
    const slow = ask({ q: slowPattern, regex: 'true' })
    const quick = ask({ q: 'quick' })
    const waits: number[] = []
    for (let n = 0; n < 20; n++) {
      const asked = performance.now()
      await owner.get(path)
      waits.push(performance.now() - asked)
    }
    expect((await slow).data).toEqual({ matches: [], truncated: true })
    expect(performance.now() - start).toBeLessThan(30_000)
    expect(waits.toSorted((a, b) => a - b)[10]).toBeLessThan(500)
    expect((await quick).data.matches).toHaveLength(1)
  })

  test('[F8] nothing waits for a pattern or an include that is slow', async () => {
    const names = Array.from({ length: 15 }, (_, n) => letters.slice(n * 1_000, (n + 1) * 1_000))
    const { search } = await makeFiles(
      'stalls',
      Object.fromEntries(names.map((name) => [name, 'here'])),
    )
    /** Of the time it takes, the part for which others waited in a row */
    const stallOf = async (work: () => Promise<unknown>) => {
      const turns = [performance.now()]
      const timer = setInterval(() => turns.push(performance.now()), 10)
      await work()
      clearInterval(timer)
      turns.push(performance.now())
      const gaps = turns.slice(1).map((turn, index) => turn - (turns[index] ?? 0))
      return Math.max(...gaps) / ((turns.at(-1) ?? 0) - (turns[0] ?? 0))
    }
    const include = `*a${'?'.repeat(900)}`
    const included = names.filter((name) => name.at(-901) === 'a').toSorted()
    const sifting = await stallOf(async () =>
      expect(await search('here', { include })).toEqual(included.map((name) => `${name}:1:1:here`)),
    )
    expect(sifting).toBeLessThan(0.5)
    const q = `(?:${'a.'.repeat(490)}){1000}`
    expect(await stallOf(() => search(q, { regex: 'true' }))).toBeLessThan(0.5)
  })

  test('[F8] of one person the last three run, and each ends with its request', async () => {
    const { ask, owner, path } = await makeFiles('turns', { a: letters, 'z.txt': 'quick' })
    const query = new URLSearchParams({ q: slowPattern, regex: 'true' }).toString()
    const start = () => {
      const gone = new AbortController()
      const init = {
        headers: { authorization: `Bearer ${owner.token}` },
        signal: gone.signal,
      }
      const env = { incoming: { socket: { remoteAddress: '192.0.2.1' } } }
      const asked = app.request(`/api/v1/${path}/files/search?${query}`, init, env)
      return { gone, answer: Promise.resolve(asked) }
    }
    const slow = [start(), start(), start(), start()]
    const first = await Promise.race(slow.map(({ answer }) => answer))
    expect(first.status).toBe(429)
    const left = performance.now()
    for (const { gone } of slow) gone.abort()
    const { data } = await ask({ q: 'quick' })
    expect(data).toMatchObject({ matches: [{ path: 'z.txt' }], truncated: false })
    expect(performance.now() - left).toBeLessThan(4_500)
    const answers = await Promise.all(slow.map(({ answer }) => answer))
    expect(answers.map(({ status }) => status).toSorted((x, y) => x - y)).toEqual([
      429, 503, 503, 503,
    ])
  })

  test('[F7] whoever may read the project may search it', async () => {
    const { path } = await makeFiles('readers', { a: 'public' })
    const visitor = await signUp('search-visitor')
    expect(
      (await visitor.get<FileMatches>(`${path}/files/search?q=public`)).data.matches,
    ).toHaveLength(1)
    const hidden = await makeProject('hidden', { visibility: 'private' })
    expect((await visitor.get(`${hidden.path}/files/search?q=a`)).status).toBe(404)
  })
})
