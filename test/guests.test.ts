// Guests of calls through the front doors of two nodes: what their token opens, and that they are out when they should.
import { HocuspocusProvider, HocuspocusProviderWebsocket } from '@hocuspocus/provider'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, inject, onTestFinished, test } from 'vitest'
import { WebsocketProvider } from 'y-websocket'
import * as Y from 'yjs'
import type { Requests } from '../protocol/events.ts'
import { documentName } from '../protocol/names.ts'
import type { CreatedCallLink, Guest } from '../server/guests/schema.ts'
import type { ProjectFile } from '../server/files/schema.ts'
import { connect, createProject, register, type Person } from './people.ts'
import { createPostgresDatabase } from './postgres.ts'
import { spawnServer, type ServerProcess } from './server.ts'

const WITHIN_MS = 2_000
const patience = { timeout: 20_000, interval: 10 }

describe.skipIf(!inject('postgresUrl') || !inject('redisUrl'))('guests', () => {
  let database: Awaited<ReturnType<typeof createPostgresDatabase>>
  let nodes: [ServerProcess, ServerProcess]
  let ada: Person
  beforeAll(async () => {
    database = await createPostgresDatabase()
    const settings = { PORT: '0', DATABASE_URL: database.url, REDIS_URL: inject('redisUrl') ?? '' }
    nodes = await Promise.all([
      spawnServer({ ...settings, MEDIA_PORT_MIN: '21700', MEDIA_PORT_MAX: '21710' }),
      spawnServer({ ...settings, MEDIA_PORT_MIN: '21720', MEDIA_PORT_MAX: '21730' }),
    ])
    ada = await register(nodes[0].url, 'ada')
  })
  afterAll(async () => {
    await Promise.all(nodes.map((node) => node.kill('SIGTERM')))
    await database.drop()
  })

  async function useProject() {
    const project = await createProject(ada)
    const path = `/projects/${project.slug}`
    await ada.rest('PATCH', path, { callGuests: true, visibility: 'public' })
    return { project, path, projectId: project.id }
  }

  /** Ada in the call by way of the first node, and a link to it. */
  async function useCall() {
    const { project, path, projectId } = await useProject()
    const host = await connect(ada)
    await host.request('join_project', { projectId })
    await expect
      .poll(() => host.ask('call_join', { projectId }).then(({ ok }) => ok), patience)
      .toBe(true)
    const link = (await ada.rest('POST', `${path}/call-links`)).data as CreatedCallLink
    return { project, path, projectId, host, link }
  }

  async function come(link: CreatedCallLink, name = 'Gus', node = nodes[1]) {
    const response = await fetch(`${node.url}/api/v1/call-links/${link.token}/guests`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ name }),
    })
    const { token, id } = ((await response.json()) as { data: Guest }).data
    return { url: node.url, token, id }
  }

  /** On the second node, let in by Ada on the first. */
  async function useGuest() {
    const call = await useCall()
    const { projectId, host } = call
    const gus = await come(call.link)
    const socket = await connect(gus)
    const knocks = host.collect('call_knock')
    await expect
      .poll(() => socket.ask('call_knock', { projectId }).then(({ ok }) => ok), patience)
      .toBe(true)
    await expect.poll(() => knocks.length, patience).toBeGreaterThan(0)
    const { knockId } = knocks.at(-1)!.payload
    const admitted = socket.collect('call_admitted')
    await host.request('call_admit', { projectId, knockId, admit: true })
    await expect.poll(() => admitted.at(-1)?.payload.admitted, patience).toBe(true)
    const joined = await socket.request('call_join', { projectId })
    return { ...call, gus, socket, joined }
  }

  test('[CA61] the socket of a guest answers what a guest needs in this call, and nothing else', async () => {
    const { projectId, project, host, socket, gus } = await useGuest()
    const other = await useProject()
    const { data } = await ada.rest('POST', `/projects/${project.slug}/files`, { path: 'a.md' })
    const at = { projectId }
    const refused: Partial<Record<keyof Requests, object>> = {
      join_project: at,
      leave_project: at,
      get_updates: { ...at, after: 0 },
      set_place: { ...at, place: null },
      set_status: { status: 'online' },
      send_message: { ...at, message: 'hello' },
      call_standup: { ...at, action: 'stop' },
      call_mute: at,
      call_stop_share: at,
      call_remove: at,
      call_lock: { ...at, locked: true },
      call_end: at,
      call_admit: at,
      call_decline: at,
    }
    for (const [name, payload] of Object.entries(refused))
      expect(await socket.ask(name, payload), name).toMatchObject({
        ok: false,
        error: { code: 'INSUFFICIENT_PERMISSIONS' },
      })
    // Nor does a guest say who they are, or which call is theirs.
    const forged = { ...at, principal: { id: ada.id }, user: ada.user, name: 'ada', guest: null }
    expect(await socket.ask('call_end', forged)).toMatchObject({ ok: false })
    expect((await host.request('call_join', at)).peers.map(({ user }) => user)).toEqual([
      { id: gus.id, username: '', displayName: 'Gus', avatar: '', guest: true },
    ])
    for (const name of ['call_join', 'call_knock'])
      expect(await socket.ask(name, { projectId: other.projectId })).toMatchObject({
        error: { code: 'NOT_FOUND' },
      })

    // What the room hears, a guest does not.
    const heard: string[] = []
    socket.socket.onAny((name: string) => void heard.push(name))
    await host.request('send_message', { ...at, message: 'among us' })
    await ada.rest('POST', `/projects/${project.slug}/issues`, { title: 'Ours' })
    await host.request('call_react', { ...at, emoji: '👍' })
    await expect.poll(() => heard, patience).toContain('call_reaction')
    expect(heard.filter((name) => !name.startsWith('call_'))).toEqual([])
    expect((data as ProjectFile).path).toBe('a.md')
  })

  test('[CA61] the token of a guest opens neither documents nor, forged, a socket', async () => {
    const { link, path } = await useCall()
    const { data } = await ada.rest('POST', `${path}/files`, { path: 'b.md' })
    const name = documentName((data as ProjectFile).id)
    const gus = await come(link)
    const denials: string[] = []
    const websocketProvider = new HocuspocusProviderWebsocket({
      url: `${gus.url.replace('http', 'ws')}/collab`,
    })
    const provider = new HocuspocusProvider({
      websocketProvider,
      name,
      token: gus.token,
      onAuthenticationFailed: ({ reason }) => denials.push(reason),
    })
    provider.attach()
    const y = new WebsocketProvider(
      `${gus.url.replace('http', 'ws')}/yjs`,
      encodeURIComponent(name),
      new Y.Doc(),
      { protocols: [`bearer.${gus.token}`], disableBc: true, maxBackoffTime: 100 },
    )
    const codes: number[] = []
    y.on('connection-close', (event) => event && codes.push(event.code))
    onTestFinished(() => {
      provider.destroy()
      websocketProvider.destroy()
      y.destroy()
    })
    await expect.poll(() => denials.length, patience).toBeGreaterThan(0)
    await expect.poll(() => codes, patience).toContain(4401)
    expect([provider.isSynced, y.synced]).toEqual([false, false])

    const { token } = gus
    for (const wrong of [
      link.token,
      `guest.${link.token}`,
      `${token}x`,
      token.slice(0, -1),
      token.replace('guest.', ''),
      'guest.',
      `guest.${gus.id}`,
      `GUEST.${token.slice(6)}`,
    ])
      await expect(connect({ ...gus, token: wrong })).rejects.toMatchObject({
        data: { code: expect.stringMatching(/AUTHENTICATION_FAILED|INVALID_TOKEN/) as string },
      })
  })

  /** What is in the way of a guest who comes back. */
  async function tryAgain(
    { id, token }: { id: string; token: string },
    url: string,
    projectId: string,
  ) {
    const back = await connect({ url, token }).catch((error: { data: { code: string } }) => error)
    if (!('ask' in back)) return back.data.code
    const reply = await back.ask('call_join', { projectId })
    if (reply.ok) return `${id} is in`
    return (reply.error.details as { refused?: string }).refused ?? reply.error.code
  }

  type Call = Awaited<ReturnType<typeof useGuest>>
  const ways: [string, string, (call: Call) => Promise<unknown>][] = [
    [
      'the link is revoked',
      'INVALID_TOKEN',
      ({ path, link }) => ada.rest('DELETE', `${path}/call-links/${link.id}`),
    ],
    [
      'guests are switched off',
      'INVALID_TOKEN',
      ({ path }) => ada.rest('PATCH', path, { callGuests: false }),
    ],
    ['the project is deleted', 'INVALID_TOKEN', ({ path }) => ada.rest('DELETE', path)],
    [
      'a moderator removes them',
      'removed',
      ({ host, projectId, joined: { peerId } }) => host.ask('call_remove', { projectId, peerId }),
    ],
    [
      'the call is ended',
      'UNAVAILABLE',
      ({ host, projectId }) => host.ask('call_end', { projectId }),
    ],
  ]

  test.each(ways)(
    '[CA63] a guest on another node is out within 2 seconds: %s',
    async (_, inTheWay, act) => {
      const call = await useGuest()
      let endedAt = 0
      const end = () => (endedAt ||= performance.now())
      call.socket.socket.on('call_ended', end)
      call.socket.socket.on('disconnect', end)
      const actedAt = performance.now()
      await act(call)
      await expect.poll(() => endedAt, patience).toBeGreaterThan(0)
      expect(endedAt - actedAt).toBeLessThan(WITHIN_MS)
      for (const { url } of nodes)
        await expect.poll(() => tryAgain(call.gus, url, call.projectId), patience).toBe(inTheWay)
    },
  )

  test('[CA64] a token that is over opens nothing', async () => {
    const { link } = await useCall()
    const gus = await come(link)
    await connect(gus)
    const client = new pg.Client(database.url)
    await client.connect()
    onTestFinished(() => client.end())
    await client.query('update call_guests set expires_at = now() where id = $1', [gus.id])
    await expect(connect(gus)).rejects.toMatchObject({ data: { code: 'INVALID_TOKEN' } })
  })
})
