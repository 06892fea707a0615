import { describe, expect, test } from 'vitest'
import { openRest } from '../../test/rest.ts'
import type { Invitation, Invite, Member, ProjectDetails } from './schema.ts'

const rest = await openRest()
const { ask, signUp, makeProject } = rest
const latest = () => rest.updates.at(-1)

describe('joining', () => {
  test('a public project makes a contributor, once', async () => {
    const { path } = await makeProject('joined')
    const ann = await signUp('ann')
    const { status, data } = await ann.post<Member>(`${path}/members`)
    expect(status).toBe(201)
    expect(data).toMatchObject({ username: 'ann', role: 'contributor' })
    expect(latest()).toMatchObject({ updateType: 'member_joined', data: { username: 'ann' } })
    const again = await ann.post(`${path}/members`, { role: 'contributor' })
    expect([again.status, again.error.code]).toEqual([409, 'CONFLICT'])
  })

  test('as maintainer is for maintainers to decide', async () => {
    const { path, owner } = await makeProject('modest')
    const bob = await signUp('bob')
    expect((await bob.post(`${path}/members`, { role: 'maintainer' })).status).toBe(403)
    expect((await bob.post(`${path}/members`, { username: 'bob' })).status).toBe(403)
    const added = await owner.post<Member>(`${path}/members`, {
      username: 'BOB',
      role: 'maintainer',
    })
    expect(added.data.role).toBe('maintainer')
    expect((await owner.post(`${path}/members`, { username: 'nobody' })).status).toBe(404)
  })

  test('shows in the list of members', async () => {
    const { path, join } = await makeProject('listed')
    await join('guest')
    const { data, meta } = await (await signUp('cleo')).get<Member[]>(`${path}/members`)
    expect(data.map(({ role }) => role)).toEqual(['maintainer', 'guest'])
    expect(meta.pagination.total).toBe(2)
  })
})

describe('roles', () => {
  test('change by a maintainer, and live connections are judged anew', async () => {
    const { path, project, owner, join } = await makeProject('roles')
    const guest = await join('guest')
    const url = `${path}/members/${guest.user.id}`
    expect((await guest.patch(url, { role: 'maintainer' })).status).toBe(403)
    expect((await owner.patch<Member>(url, { role: 'member' })).data.role).toBe('member')
    expect(latest()).toMatchObject({ updateType: 'member_updated', data: { role: 'member' } })
    const change = { userId: guest.user.id, projectId: project.id }
    expect(rest.accessChanges.at(-1)).toEqual(change)
    expect((await guest.post(`${path}/issues`, { title: 'now I may' })).status).toBe(201)
  })

  test('of somebody who is no member cannot change', async () => {
    const { path, owner } = await makeProject('strange')
    for (const id of [crypto.randomUUID(), 'nonsense']) {
      expect((await owner.patch(`${path}/members/${id}`, { role: 'guest' })).status).toBe(404)
      expect((await owner.delete(`${path}/members/${id}`)).status).toBe(404)
    }
  })
})

describe('leaving', () => {
  test('anybody may leave, only a maintainer removes others', async () => {
    const { path, project, owner, join } = await makeProject('left')
    const [member, guest] = [await join('member'), await join('guest')]
    expect((await guest.delete(`${path}/members/${member.user.id}`)).status).toBe(403)
    expect((await guest.delete(`${path}/members/${guest.user.id}`)).status).toBe(204)
    expect(latest()).toMatchObject({ updateType: 'member_left', data: { id: guest.user.id } })
    expect((await owner.delete(`${path}/members/${member.user.id}`)).status).toBe(204)
    const change = { userId: member.user.id, projectId: project.id }
    expect(rest.accessChanges.at(-1)).toEqual(change)
  })

  test('the last maintainer can neither leave nor be demoted', async () => {
    const { path, owner, join } = await makeProject('last')
    const url = `${path}/members/${owner.user.id}`
    const refused = await owner.delete(url)
    expect([refused.status, refused.error.code]).toEqual([409, 'CONFLICT'])
    expect(refused.error.message).toMatch(/last maintainer/)
    expect((await owner.patch(url, { role: 'guest' })).status).toBe(409)
    await join('maintainer')
    expect((await owner.delete(url)).status).toBe(204)
  })

  test('of two maintainers who leave at once, one stays', async () => {
    const { path, owner, join } = await makeProject('both')
    const people = [owner, await join('maintainer')]
    const replies = await Promise.all(
      people.map((person) => person.delete(`${path}/members/${person.user.id}`)),
    )
    expect(replies.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([204, 409])
  })
})

describe('an invitation', () => {
  test('lets several people into a private project', async () => {
    const { path, project, owner } = await makeProject('club', { visibility: 'private' })
    const { status, data: invite } = await owner.post<Invite>(`${path}/invites`, { role: 'member' })
    expect(status).toBe(201)
    expect(invite.url.endsWith(`/invite/${invite.token}`)).toBe(true)
    // Whoever holds it sees what it is to, signed in or not.
    const { data: shown } = await ask<Invitation>('GET', `invites/${invite.token}`)
    expect(shown).toMatchObject({
      project: { name: 'club', slug: project.slug },
      role: 'member',
      invitedBy: { username: 'club-owner' },
    })
    for (const name of ['dan', 'eva']) {
      const person = await signUp(name)
      const joined = await person.post<ProjectDetails>(`invites/${invite.token}/accept`)
      expect(joined.data).toMatchObject({ id: project.id, role: 'member' })
    }
    const again = await owner.post<ProjectDetails>(`invites/${invite.token}/accept`)
    expect(again.data.role).toBe('maintainer')
  })

  test('is made by maintainers, is stored as a hash, and ends', async () => {
    const { path, owner, join } = await makeProject('brief')
    expect((await (await join('contributor')).post(`${path}/invites`)).status).toBe(403)
    const { data } = await owner.post<Invite>(`${path}/invites`, { expiresIn: 1 })
    const rows = await rest.db.selectFrom('invites').selectAll().execute()
    expect(JSON.stringify(rows)).not.toContain(data.token)
    await rest.db.updateTable('invites').set({ expiresAt: new Date().toISOString() }).execute()
    const fay = await signUp('fay')
    expect((await fay.get(`invites/${data.token}`)).status).toBe(404)
    expect((await fay.post(`invites/${data.token}/accept`)).status).toBe(404)
    expect((await fay.get('invites/wrong')).status).toBe(404)
  })
})
