// Muting and banning, over REST and as those feel it who are connected.
import { describe, expect, inject, onTestFinished, test } from 'vitest'
import { at, connect, createProject, register, type Person } from '../../test/people.ts'
import { useFreshPostgres } from '../../test/postgres.ts'
import { openRest } from '../../test/rest.ts'
import { startTestServer } from '../../test/server.ts'
import type { Ban, Invite, Member, Mute } from './schema.ts'

const rest = await openRest()
const { makeProject, signUp } = rest

describe('a mute', () => {
  test('[M1] ends by itself or when it is lifted, and neither maintainers nor administrators get one', async () => {
    const { path, owner, join } = await makeProject('muted')
    const [member, second] = [await join('member'), await join('maintainer')]
    const speak = async () => (await member.post(`${path}/messages`, { message: 'x' })).status
    const mute = (userId: string, minutes = 5) =>
      owner.post<Mute>(`${path}/mutes`, { userId, minutes })
    const { status, data } = await mute(member.user.id)
    expect(status).toBe(201)
    expect(data).toMatchObject({ user: { id: member.user.id }, mutedBy: { id: owner.user.id } })
    expect(await speak()).toBe(403)
    // Names and topics say something, too.
    expect((await member.post(`${path}/channels`, { name: 'loud' })).status).toBe(403)
    expect((await owner.get<Mute[]>(`${path}/mutes`)).data).toEqual([data])
    await rest.db
      .updateTable('mutes')
      .set({ until: new Date(Date.now() - 1_000).toISOString() })
      .where('userId', '=', member.user.id)
      .execute()
    expect(await speak()).toBe(201)
    expect((await owner.get<Mute[]>(`${path}/mutes`)).data).toEqual([])
    await mute(member.user.id, 43_200)
    expect(await speak()).toBe(403)
    expect((await owner.delete(`${path}/mutes/${member.user.id}`)).status).toBe(204)
    expect(await speak()).toBe(201)
    expect((await mute(second.user.id)).status).toBe(403)
    const admin = await join('contributor')
    const { id } = admin.user
    await rest.db.updateTable('users').set({ role: 'admin' }).where('id', '=', id).execute()
    expect((await mute(id)).status).toBe(403)
    expect((await mute((await signUp('muted-stranger')).user.id)).status).toBe(404)
    expect((await mute(member.user.id, 43_201)).status).toBe(400)
    expect((await member.get(`${path}/mutes`)).status).toBe(403)
    expect((await member.post(`${path}/mutes`, { userId: id, minutes: 1 })).status).toBe(403)
  })
})

describe('a ban', () => {
  test('[M2] ends the membership, and nothing brings the person back until it is lifted', async () => {
    const { path, owner, join } = await makeProject('banned')
    const member = await join('member')
    const invite = (await owner.post<Invite>(`${path}/invites`)).data
    const { status, data } = await owner.post<Ban>(`${path}/bans`, {
      userId: member.user.id,
      reason: 'spam',
    })
    expect(status).toBe(201)
    expect(data).toMatchObject({ user: { id: member.user.id }, reason: 'spam' })
    expect((await owner.get<Ban[]>(`${path}/bans`)).data).toEqual([data])
    expect((await owner.get<Member[]>(`${path}/members`)).data).toHaveLength(1)
    expect(rest.accessChanges.at(-1)).toMatchObject({ userId: member.user.id })
    for (const refused of [
      await member.post(`${path}/members`),
      await member.post(`invites/${invite.token}/accept`),
      await owner.post(`${path}/members`, { username: member.user.username }),
    ]) {
      expect([refused.status, refused.error.message]).toEqual([
        403,
        `${member.user.username} is banned from this project; a maintainer can lift the ban`,
      ])
    }
    expect((await owner.delete(`${path}/bans/${member.user.id}`)).status).toBe(204)
    expect((await member.post(`${path}/members`)).status).toBe(201)
  })

  test('[M2] and a membership at the same moment do not both come about', async () => {
    const { path, owner } = await makeProject('race')
    const person = await signUp('race-person')
    const [banned] = await Promise.all([
      owner.post(`${path}/bans`, { userId: person.user.id }),
      person.post(`${path}/members`),
    ])
    expect(banned.status).toBe(201)
    expect((await owner.get<Member[]>(`${path}/members`)).data).toHaveLength(1)
  })

  test('is for maintainers to give, neither to themselves nor to an administrator', async () => {
    const { path, owner, join } = await makeProject('bans')
    const [second, member] = [await join('maintainer'), await join('member')]
    const ban = (who: typeof member, userId: string) => who.post(`${path}/bans`, { userId })
    expect((await ban(member, owner.user.id)).status).toBe(403)
    expect((await ban(owner, owner.user.id)).status).toBe(422)
    expect((await ban(owner, second.user.id)).status).toBe(201)
    const { id } = member.user
    await rest.db.updateTable('users').set({ role: 'admin' }).where('id', '=', id).execute()
    expect((await ban(owner, id)).status).toBe(422)
    expect((await ban(owner, crypto.randomUUID())).status).toBe(404)
    expect((await owner.delete(`${path}/bans/nonsense`)).status).toBe(404)
  })
})

test('[M2] whoever was demoted and left comes back no stronger', async () => {
  const { path, owner, join } = await makeProject('demoted')
  const person = await join('contributor')
  const member = `${path}/members/${person.user.id}`
  await owner.patch(member, { role: 'guest' })
  expect((await person.delete(member)).status).toBe(204)
  const back = await person.post<Member>(`${path}/members`, { role: 'contributor' })
  expect(back.data.role).toBe('guest')
  await owner.patch(member, { role: 'maintainer' })
  await person.delete(member)
  expect((await person.post<Member>(`${path}/members`)).data.role).toBe('contributor')
})

describe.skipIf(!inject('postgresUrl') || !inject('redisUrl'))('two nodes', () => {
  const useNodes = async () => {
    const settings = {
      DATABASE_URL: await useFreshPostgres(),
      REDIS_URL: inject('redisUrl') ?? '',
      LOG_LEVEL: 'fatal',
    }
    const nodes = [await startTestServer(settings), await startTestServer(settings)] as const
    onTestFinished(async () => {
      await Promise.all(nodes.map((node) => node.close()))
    })
    const owner = await register(nodes[0].url, 'owner')
    const there = at(await register(nodes[0].url, 'there'), nodes[1].url)
    const project = await createProject(owner, [there as Person])
    return { nodes, owner, there, project, projectId: project.id }
  }

  test('[M1] [M2] a mute and a ban hold on every node at once, also for who connects anew', async () => {
    const { nodes, owner, there, project, projectId } = await useNodes()
    const [a, b] = [await connect(owner), await connect(there)]
    await a.request('join_project', { projectId })
    await b.request('join_project', { projectId })
    const [muted, changed] = [b.collect('muted'), b.collect('access_changed')]
    const heard = b.collect('chat_message')
    const speak = () => b.request('send_message', { projectId, message: 'x' })
    const moderation = `/projects/${project.slug}`

    const mute = { userId: there.id, minutes: 10 }
    const { until } = (await owner.rest('POST', `${moderation}/mutes`, mute)).data as Mute
    await expect(speak()).rejects.toThrow('INSUFFICIENT_PERMISSIONS')
    await expect.poll(() => muted.map(({ payload }) => payload)).toEqual([{ projectId, until }])
    await owner.rest('DELETE', `${moderation}/mutes/${there.id}`)
    await expect.poll(() => muted.at(-1)?.payload).toEqual({ projectId, until: null })
    await speak()

    await owner.rest('POST', `${moderation}/bans`, { userId: there.id })
    await expect.poll(() => changed.map(({ payload }) => payload)).toEqual([{ projectId }])
    const before = heard.length
    await a.request('send_message', { projectId, message: 'without them' })
    await expect(speak()).rejects.toThrow('INSUFFICIENT_PERMISSIONS')
    for (const { url } of nodes) {
      const again = await connect(at(there, url))
      const joining = again.request('join_project', { projectId })
      await expect(joining).rejects.toThrow('INSUFFICIENT_PERMISSIONS')
    }
    expect(heard).toHaveLength(before)
  }, 60_000)
})
