// The database goes away and comes back, under a server that runs on.
import { HocuspocusProvider, HocuspocusProviderWebsocket } from '@hocuspocus/provider'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, inject, onTestFinished, test } from 'vitest'
import { CONTENT, documentName } from '../protocol/names.ts'
import type { ProjectFile } from '../server/files/schema.ts'
import { connect, createProject, register, type Person } from './people.ts'
import { createPostgresDatabase } from './postgres.ts'
import { startProxy } from './proxy.ts'
import { spawnServer, type ServerProcess } from './server.ts'

describe.skipIf(!inject('postgresUrl'))('while the database is away', () => {
  let database: Awaited<ReturnType<typeof createPostgresDatabase>>
  let proxy: Awaited<ReturnType<typeof startProxy>>
  let server: ServerProcess
  let ada: Person
  beforeAll(async () => {
    database = await createPostgresDatabase()
    proxy = await startProxy(database.url)
    server = await spawnServer({ PORT: '0', DATABASE_URL: proxy.url, LOG_LEVEL: 'fatal' })
    ada = await register(server.url, 'ada')
  })
  afterAll(async () => {
    await server.kill('SIGTERM')
    await proxy.cut()
    await database.drop()
  })

  const post = (path: string, body: object, headers: Record<string, string> = {}) =>
    fetch(`${server.url}/api/v1${path}`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${ada.token}`,
        'content-type': 'application/json',
        ...headers,
      },
      body: JSON.stringify(body),
    })

  /** The database without the proxy. */
  async function useDirect() {
    const client = new pg.Client({ connectionString: database.url, application_name: 'test' })
    await client.connect()
    onTestFinished(() => client.end())
    return client
  }

  function openFile(id: string) {
    const websocketProvider = new HocuspocusProviderWebsocket({
      url: server.url.replace('http', 'ws') + '/collab',
    })
    const denials: string[] = []
    const provider = new HocuspocusProvider({
      websocketProvider,
      name: documentName(id),
      token: ada.token,
      onAuthenticationFailed: ({ reason }) => void denials.push(reason),
    })
    provider.attach()
    onTestFinished(() => {
      provider.destroy()
      websocketProvider.destroy()
    })
    return { provider, denials, text: provider.document.getText(CONTENT) }
  }

  test('[E1] everything answers UNAVAILABLE, nobody is signed out, and it goes on when it is back', async () => {
    const { id: projectId, slug } = await createProject(ada)
    const { socket, ask, request } = await connect(ada)
    await request('join_project', { projectId })
    await proxy.cut()

    const credentials = { email: ada.email, password: ada.password }
    const answers = await Promise.all([
      ada.rest('GET', '/users/me'),
      ada.rest('GET', `/projects/${slug}`),
      ada.rest('PATCH', `/projects/${slug}`, { description: 'x' }),
      ada.rest('POST', '/auth/login', credentials),
      ada.rest('POST', '/auth/refresh', { refreshToken: ada.refreshToken }),
      ada.rest('POST', '/auth/logout', {}),
    ])
    const told = answers.map(({ status, error }) => [status, error?.code])
    expect(told).toEqual(answers.map(() => [503, 'UNAVAILABLE']))
    const keyed = await post('/projects', { name: 'x' }, { 'idempotency-key': 'outage' })
    expect([keyed.status, keyed.headers.get('retry-after')]).toEqual([503, '1'])

    const replies = await Promise.all([
      ask('join_project', { projectId }),
      ask('send_message', { projectId, message: 'hello' }),
      ask('get_messages', { projectId }),
    ])
    for (const reply of replies)
      expect(reply).toMatchObject({ ok: false, error: { code: 'UNAVAILABLE' } })
    await expect(connect(ada)).rejects.toMatchObject({ data: { code: 'UNAVAILABLE' } })
    expect((await fetch(`${server.url}/health`)).status).toBe(503)

    await proxy.restore()
    expect((await fetch(`${server.url}/health`)).status).toBe(200)
    expect((await ada.rest('GET', '/users/me')).status).toBe(200)
    expect((await ada.rest('POST', '/auth/login', credentials)).status).toBe(200)
    const { refreshToken } = ada
    expect((await ada.rest('POST', '/auth/refresh', { refreshToken })).status).toBe(200)
    expect(socket.connected).toBe(true)
    expect((await request('send_message', { projectId, message: 'again' })).seq).toBe(1)
    const later = await connect(ada)
    expect((await later.request('join_project', { projectId })).projectId).toBe(projectId)
    expect(server.child.exitCode).toBeNull()
  })

  test('[E1] documents: edits wait for it, and who comes meanwhile is let in afterwards', async () => {
    const { slug } = await createProject(ada)
    const created = await ada.rest('POST', `/projects/${slug}/files`, {
      path: 'a.txt',
      content: 'a',
    })
    const { id } = created.data as ProjectFile
    const here = openFile(id)
    await expect.poll(() => here.text.toString()).toBe('a')

    await proxy.cut()
    here.text.insert(1, 'b')
    const late = openFile(id)
    // Refused at least once; a denial would be final.
    await new Promise((resolve) =>
      late.provider.configuration.websocketProvider.on('close', resolve),
    )
    expect(late.denials).toEqual([])
    expect(here.provider.hasUnsyncedChanges).toBe(true)

    await proxy.restore()
    await expect.poll(() => late.text.toString(), { timeout: 20_000 }).toBe('ab')
    await expect.poll(() => here.provider.hasUnsyncedChanges, { timeout: 20_000 }).toBe(false)
    const direct = await useDirect()
    // Written once; the journal's rows may be merged by now.
    const { rows } = await direct.query('select last_seq from documents where file_id = $1', [id])
    expect(rows).toEqual([{ last_seq: '2' }])
  })

  test.each([
    // The key cannot be given back at once.
    ['the connection breaks', () => proxy.cut(), () => proxy.restore()],
    [
      'the database ends the connection',
      async () => {
        const direct = await useDirect()
        await direct.query(
          `select pg_terminate_backend(pid) from pg_stat_activity
           where datname = current_database() and application_name <> 'test'`,
        )
      },
      () => undefined,
    ],
  ])(
    '[I3] [E1] %s in the middle of a write: the key is free, one effect',
    async (_, interrupt, resume) => {
      const { id, slug } = await createProject(ada)
      const write = () =>
        post(`/projects/${slug}/issues`, { title: 'one' }, { 'idempotency-key': `mid-${id}` })
      // Whoever holds this row keeps the write from its end.
      const direct = await useDirect()
      const watch = await useDirect()
      await direct.query('begin')
      await direct.query('select 1 from project_counters where project_id = $1 for update', [id])
      const interrupted = write()
      const waiting = async () => {
        const { rows } = await watch.query(
          `select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
        )
        return rows.length
      }
      await expect.poll(waiting).toBe(1)
      await interrupt()
      await direct.query('rollback')
      expect((await interrupted).status).toBe(503)
      await resume()

      await expect.poll(async () => (await write()).status, { timeout: 10_000 }).toBe(201)
      expect((await write()).headers.get('idempotency-replayed')).toBe('true')
      const issues = await ada.rest('GET', `/projects/${slug}/issues`)
      expect(issues.data).toHaveLength(1)
      expect(server.child.exitCode).toBeNull()
    },
  )
})
