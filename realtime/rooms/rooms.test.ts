// Joining rooms, being seen in them, and being put out.
import pg from 'pg'
import { expect, inject, test } from 'vitest'
import type { Issue } from '../../server/issues/schema.ts'
import { connect, createProject, register } from '../../test/people.ts'
import { useFreshPostgres } from '../../test/postgres.ts'
import { useTestServer } from '../../test/server.ts'
import { openServer } from '../../test/talk.ts'

const { server, people } = await openServer('ada', 'bob')
const [ada, bob] = people

test('joining tells members, who is there, what one may do, and where the log stands', async () => {
  const { id: projectId } = await createProject(ada, [bob])
  const [a, b] = [await connect(ada), await connect(bob)]
  await a.request('join_project', { projectId })
  const joined = await b.request('join_project', { projectId })
  expect(joined.role).toBe('contributor')
  expect(joined.permissions).toContain('chat:write')
  expect(joined.permissions).not.toContain('project:write')
  expect(joined.members.map(({ id, role, status }) => [id, role, status])).toEqual([
    [ada.id, 'maintainer', 'online'],
    [bob.id, 'contributor', 'online'],
  ])
  expect(new Set(joined.present.map(({ id }) => id))).toEqual(new Set([ada.id, bob.id]))
  expect(joined).toMatchObject({ projectId, call: null, updates: [] })
})

test('[R1] visitors of a public project and strangers to a private one do not enter', async () => {
  const open = await createProject(ada)
  const hidden = await ada.rest('POST', '/projects', { name: 'Hidden', visibility: 'private' })
  const b = await connect(bob)
  const join = (projectId: string) => b.request('join_project', { projectId })
  await expect(join(open.id)).rejects.toThrow('INSUFFICIENT_PERMISSIONS')
  await expect(join((hidden.data as { id: string }).id)).rejects.toThrow('NOT_FOUND')
  await expect(join('0192f0c1-2b3c-7d4e-8f5a-6b7c8d9e0f1a')).rejects.toThrow('NOT_FOUND')
})

test('[R2] [R3] updates arrive as dense events in order, and replay after an absence', async () => {
  const project = await createProject(ada, [bob])
  const { id: projectId, slug } = project
  const b = await connect(bob)
  const { seq } = await b.request('join_project', { projectId })
  const live = b.collect('project_update')
  const post = (title: string) => ada.rest('POST', `/projects/${slug}/issues`, { title })
  await Promise.all(['one', 'two', 'three'].map(post))
  await expect.poll(() => live).toHaveLength(3)
  const seqs = live.map(({ payload }) => payload.seq)
  expect(seqs).toEqual([seq + 1, seq + 2, seq + 3])
  expect(live[0]).toMatchObject({ userId: ada.id, payload: { updateType: 'issue_created' } })

  const again = await b.request('join_project', { projectId, since: seq })
  expect(again.updates.map(({ seq: each }) => each)).toEqual(seqs)
  expect(again.updates.map(({ data }) => (data as Issue).title).sort()).toEqual([
    'one',
    'three',
    'two',
  ])
})

test('[R4] who is removed is out of the room at once and hears nothing more', async () => {
  const project = await createProject(ada, [bob])
  const { id: projectId, slug } = project
  const [a, b] = [await connect(ada), await connect(bob)]
  await a.request('join_project', { projectId })
  await b.request('join_project', { projectId })
  const [changed, heard] = [b.collect('access_changed'), b.collect('chat_message')]
  expect((await ada.rest('DELETE', `/projects/${slug}/members/${bob.id}`)).status).toBe(204)
  await expect.poll(() => changed.map(({ payload }) => payload)).toEqual([{ projectId }])
  await a.request('send_message', { projectId, message: 'without bob' })
  await expect(b.request('join_project', { projectId })).rejects.toThrow('INSUFFICIENT_PERMISSIONS')
  expect(heard).toEqual([])
})

test('[R4] however the ids are spelled', async () => {
  const { id: projectId, slug } = await createProject(ada, [bob])
  const b = await connect(bob)
  const joined = await b.request('join_project', { projectId: projectId.toUpperCase() })
  expect(joined.projectId).toBe(projectId)
  const changed = b.collect('access_changed')
  const member = `/projects/${slug}/members/${bob.id.toUpperCase()}`
  expect((await ada.rest('PATCH', member, { role: 'guest' })).status).toBe(200)
  await expect.poll(() => changed.map(({ payload }) => payload)).toEqual([{ projectId }])
  expect((await ada.rest('DELETE', member)).status).toBe(204)
})

test('[R4] a lower role counts at once', async () => {
  const { id: projectId, slug } = await createProject(ada, [bob])
  const b = await connect(bob)
  await b.request('join_project', { projectId })
  await ada.rest('PATCH', `/projects/${slug}/members/${bob.id}`, { role: 'guest' })
  await expect(b.request('send_message', { projectId, message: 'x' })).rejects.toThrow(
    'INSUFFICIENT_PERMISSIONS',
  )
  expect((await b.request('join_project', { projectId })).role).toBe('guest')
})

test('leaving while joining is leaving, and joining while leaving is joining', async () => {
  const { id: projectId } = await createProject(ada, [bob])
  const b = await connect(bob)
  const enter = () => b.request('join_project', { projectId })
  const leave = () => b.request('leave_project', { projectId })
  const isIn = async () => (await b.ask('set_place', { projectId, place: null })).ok
  await Promise.all([enter(), leave()])
  expect(await isIn()).toBe(false)
  await Promise.all([enter(), leave(), enter()])
  expect(await isIn()).toBe(true)
})

test.runIf(inject('postgresUrl'))(
  '[R4] whoever is put out while joining is judged anew before they are told that they are in',
  async () => {
    const databaseUrl = await useFreshPostgres()
    const own = await useTestServer({ DATABASE_URL: databaseUrl })
    const [owner, guest] = [await register(own.url, 'owner'), await register(own.url, 'guest')]
    const { id: projectId, slug } = await createProject(owner, [guest])
    const g = await connect(guest)
    const database = new pg.Client(databaseUrl)
    await database.connect()
    // A join stands still where it looks for channels: in the room, and not yet told so.
    await database.query('begin; lock table channels in access exclusive mode')
    const waiting = `select 1 from pg_locks where relation = 'channels'::regclass and not granted`
    const isWaiting = async () => (await database.query(waiting)).rowCount !== 0
    const joining = g.request('join_project', { projectId })
    await expect.poll(isWaiting).toBe(true)
    const changed = g.collect('access_changed')
    await owner.rest('PATCH', `/projects/${slug}/members/${guest.id}`, { role: 'guest' })
    await expect.poll(() => changed).toHaveLength(1)
    await database.query('rollback')
    await database.end()
    expect((await joining).role).toBe('guest')
    expect(await g.request('set_place', { projectId, place: null })).toBeNull()
  },
)

test('[R5] two tabs are one person, who is gone when the last one closes', async () => {
  const { id: projectId } = await createProject(ada, [bob])
  const [a, tab, otherTab] = [await connect(ada), await connect(bob), await connect(bob)]
  await a.request('join_project', { projectId })
  const seen = a.collect('presence_changed')
  await tab.request('join_project', { projectId })
  const { present } = await otherTab.request('join_project', { projectId })
  expect(present.map(({ id }) => id).sort()).toEqual([ada.id, bob.id].sort())
  const offline = () => seen.filter(({ payload }) => payload.status === 'offline')
  tab.socket.disconnect()
  await otherTab.request('leave_project', { projectId })
  await expect.poll(() => offline().length, { timeout: 5_000 }).toBeGreaterThan(0)
  expect(offline()[0]?.payload.user.id).toBe(bob.id)
})

test('[T2] signing out ends the connection', async () => {
  const carl = await register(server.url, 'carl')
  const c = await connect(carl)
  c.socket.io.reconnection(false)
  const gone = new Promise((resolve) => c.socket.once('disconnect', resolve))
  expect((await carl.rest('POST', '/auth/logout', {})).status).toBeLessThan(300)
  expect(await gone).toBe('io server disconnect')
})
