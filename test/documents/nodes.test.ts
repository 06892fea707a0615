// Two nodes on one real PostgreSQL and one real Redis: what is searched, imported and restored on one while people write
// on the other.
import pg from 'pg'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { documentName } from '../../protocol/names.ts'
import { openCollab } from '../../realtime/documents/fixture.ts'
import type { Imported } from '../../server/files/archive/schema.ts'
import type { FileMatches } from '../../server/files/search/schema.ts'
import type { FileWithContent, ProjectFile } from '../../server/files/schema.ts'
import type { FileVersion, VersionContent } from '../../server/versions/schema.ts'
import { pack } from '../archives.ts'
import { at, connect, createProject, register, type Person } from '../people.ts'
import { createPostgresDatabase } from '../postgres.ts'
import { startProxy, type Proxy } from '../proxy.ts'
import { spawnServer, type ServerProcess } from '../server.ts'

const patience = { timeout: 20_000, interval: 10 }
const long = { timeout: 60_000 }

const open = ({ url, token }: Person, fileId: string) =>
  openCollab({ url: url.replace('http', 'ws') }, documentName(fileId), token)

async function importZip({ url, token }: Person, slug: string, zip: Buffer) {
  const response = await fetch(`${url}/api/v1/projects/${slug}/files/import`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}` },
    body: Uint8Array.from(zip),
  })
  expect(response.status).toBe(200)
  return ((await response.json()) as { data: Imported }).data
}

describe.skipIf(!inject('postgresUrl') || !inject('redisUrl'))('files on two nodes', () => {
  let database: Awaited<ReturnType<typeof createPostgresDatabase>>
  let nodes: [ServerProcess, ServerProcess]
  /** What the second node has of Redis goes through here. */
  let toRedis: Proxy
  let redis: Redis
  /** Ada is on the first node, Bob on the second. */
  let ada: Person
  let bob: Person
  beforeAll(async () => {
    database = await createPostgresDatabase()
    const url = inject('redisUrl') ?? ''
    redis = new Redis(url)
    toRedis = await startProxy(url)
    const settings = { PORT: '0', DATABASE_URL: database.url }
    nodes = await Promise.all([
      spawnServer({ ...settings, REDIS_URL: url }),
      spawnServer({ ...settings, REDIS_URL: toRedis.url }),
    ])
    ada = await register(nodes[0].url, 'ada')
    bob = at(await register(nodes[0].url, 'bob'), nodes[1].url)
  })
  afterAll(async () => {
    await Promise.all(nodes.map((node) => node.kill('SIGTERM')))
    await toRedis.cut()
    redis.disconnect()
    await database.drop()
  })

  async function useFile(content = '') {
    const project = await createProject(ada, [bob])
    const files = `/projects/${project.slug}/files`
    const created = await ada.rest('POST', files, { path: 'a.txt', content })
    const { id } = created.data as ProjectFile
    return { project, files, id, path: `${files}/${id}` }
  }
  const read = async (person: Person, path: string) =>
    ((await person.rest('GET', path)).data as FileWithContent).content

  test('[F7] what was saved on one node is found on the other at once', long, async () => {
    const { id, files } = await useFile()
    const mine = open(ada, id)
    await mine.saved()
    for (let n = 0; n < 20; n++) {
      mine.text.insert(mine.text.length, `word${n}.\n`)
      await mine.saved()
      const { data } = await bob.rest('GET', `${files}/search?q=word${n}.`)
      const found = (data as FileMatches).matches.map(({ path, line }) => `${path}:${line}`)
      expect(found, `word${n}`).toEqual([`a.txt:${n + 1}`])
    }
    mine.text.delete(0, mine.text.length)
    await mine.saved()
    const { data } = await bob.rest('GET', `${files}/search?q=word`)
    expect((data as FileMatches).matches).toEqual([])
  })

  test('[F5] an import on one node is seen live on the other', long, async () => {
    const { project, files, id } = await useFile('before\n')
    const room = await connect(bob)
    await room.request('join_project', { projectId: project.id })
    const updates = room.collect('project_update')
    const theirs = open(bob, id)
    await theirs.saved()
    theirs.text.insert(0, 'typed ')
    await theirs.saved()
    const zip = await pack([
      ['a.txt', 'after\n'],
      ['new/b.txt', 'new\n'],
    ])
    expect(await importZip(ada, project.slug, zip)).toMatchObject({ created: 1, replaced: 1 })
    await expect.poll(() => theirs.text.toJSON(), patience).toBe('after\n')
    await expect
      .poll(() => updates.map(({ payload }) => payload.updateType), patience)
      .toContain('files_changed')
    const list = (await bob.rest('GET', files)).data as ProjectFile[]
    const made = list.find((file) => file.path === 'new/b.txt')
    const imported = open(bob, made?.id ?? '')
    await imported.saved()
    expect(imported.text.toJSON()).toBe('new\n')
  })

  test(
    '[F5] the same archive on both nodes at once makes each file and text once',
    long,
    async () => {
      const { project, files, id, path } = await useFile('before\n')
      const theirs = open(bob, id)
      await theirs.saved()
      const names = Array.from({ length: 20 }, (_, n) => `made/${n}.txt`)
      const made = names.map((name): [string, string] => [name, name])
      const zip = await pack([['a.txt', 'after\n'], ...made])
      const done = await Promise.all([ada, bob].map((each) => importZip(each, project.slug, zip)))
      expect(done.map(({ skipped }) => skipped)).toEqual([[], []])
      expect(done.reduce((sum, { created }) => sum + created, 0)).toBe(names.length)
      const list = (await bob.rest('GET', `${files}?limit=1000`)).data as ProjectFile[]
      expect(list.map((file) => file.path).toSorted()).toEqual(
        ['a.txt', 'made', ...names].toSorted(),
      )
      for (const file of list.filter(({ kind }) => kind === 'text'))
        expect(await read(bob, `${files}/${file.id}`)).toBe(file.id === id ? 'after\n' : file.path)
      await expect.poll(() => theirs.text.toJSON(), patience).toBe(await read(ada, path))
    },
  )

  /** A file with something else in it than its version. */
  async function useVersion() {
    const file = await useFile('the good text\n')
    const made = await ada.rest('POST', `${file.path}/versions`, { name: 'good' })
    await ada.rest('PATCH', file.path, { content: 'worse\n' })
    const { id: versionId } = made.data as FileVersion
    const restore = (person: Person) =>
      person.rest('POST', `${file.path}/versions/${versionId}/restore`)
    return { ...file, restore, lease: `openlaunch:lease:rewrite:${file.id}` }
  }

  /** A restore of the file waits until this is let go. */
  async function hold(fileId: string) {
    const holder = new pg.Client(database.url)
    await holder.connect()
    await holder.query('begin')
    await holder.query('select from documents where file_id = $1 for update', [fileId])
    return () => holder.end()
  }

  test(
    '[V5] while one node restores the other refuses, and takes what is typed',
    long,
    async () => {
      const { id, path, restore, lease } = await useVersion()
      const theirs = open(bob, id)
      await theirs.saved()
      const release = await hold(id)
      const restoring = restore(ada)
      await expect.poll(() => redis.exists(lease), patience).toBe(1)
      const refused = await restore(bob)
      expect([refused.status, refused.error.code]).toEqual([409, 'CONFLICT'])
      expect((await restore(ada)).status).toBe(409)
      theirs.text.insert(theirs.text.length, 'typed meanwhile\n')
      await release()
      const { status, data } = await restoring
      expect(status).toBe(200)
      await theirs.saved()
      await expect.poll(() => redis.exists(lease), patience).toBe(0)
      await expect.poll(() => theirs.text.toJSON(), patience).toBe(await read(ada, path))
      const text = theirs.text.toJSON()
      expect(text.match(/the good text/g), text).toHaveLength(1)
      expect(text).not.toContain('worse')
      const { before } = data as { before: FileVersion }
      const replaced = (await bob.rest('GET', `${path}/versions/${before.id}`)).data
      const kept = [text, (replaced as VersionContent).text].map((each) =>
        each.includes('typed meanwhile'),
      )
      expect(kept).toContain(true)
      const again = await restore(bob)
      expect(again.status).toBe(200)
      await expect.poll(() => theirs.text.toJSON(), patience).toBe('the good text\n')
    },
  )

  test('[V5] whatever both nodes restore in one moment is there once', long, async () => {
    const { id, path, restore } = await useVersion()
    const [mine, theirs] = [open(ada, id), open(bob, id)]
    await Promise.all([mine.saved(), theirs.saved()])
    for (let round = 0; round < 10; round++) {
      mine.text.insert(0, `worse again ${round}\n`)
      await mine.saved()
      const replies = await Promise.all([restore(ada), restore(bob)])
      const statuses = replies.map(({ status }) => status)
      expect(statuses).toContain(200)
      for (const status of statuses) expect([200, 409]).toContain(status)
      const texts = () => [mine.text.toJSON(), theirs.text.toJSON()]
      const once = ['the good text\n', 'the good text\n']
      await expect.poll(texts, { ...patience, message: `round ${round}` }).toEqual(once)
      expect(await read(bob, path)).toBe(once[0])
    }
  })

  test('[V5] a node without Redis restores nothing, and does when it is back', long, async () => {
    const { id, path, restore, lease } = await useVersion()
    const release = await hold(id)
    const restoring = restore(bob)
    await expect.poll(() => redis.exists(lease), patience).toBe(1)
    await toRedis.cut()
    await release()
    // What has begun goes on.
    expect((await restoring).status).toBe(200)
    await ada.rest('PATCH', path, { content: 'worse\n' })
    const refused = await restore(bob)
    expect([refused.status, refused.error.code]).toEqual([503, 'UNAVAILABLE'])
    expect(await read(ada, path)).toBe('worse\n')
    // The lease that could not be given back is still the node's own.
    expect((await restore(ada)).status).toBe(409)
    await toRedis.restore()
    await expect.poll(async () => (await restore(bob)).status, patience).toBe(200)
    await expect.poll(() => read(ada, path), patience).toBe('the good text\n')
  })
})
