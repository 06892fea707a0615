// What people do at the same moment, on PostgreSQL, where transactions really meet. (The embedded database runs
// one after the other.)
import { afterAll, describe, expect, inject, test } from 'vitest'
import { createPostgresDatabase } from '../test/postgres.ts'
import { openRest, type Reply } from '../test/rest.ts'
import type { Channel } from '../protocol/chat.ts'
import type { SignedIn } from './accounts/schema.ts'
import type { ProjectFile } from './files/schema.ts'
import type { Issue } from './issues/schema.ts'
import type { ProjectDetails } from './projects/schema.ts'

const statuses = (replies: Reply<unknown>[]) =>
  replies.map(({ status }) => status).toSorted((a, b) => a - b)
const times = <Result>(count: number, run: (index: number) => Promise<Result>) =>
  Promise.all(Array.from({ length: count }, (_, index) => run(index)))

async function openOnPostgres() {
  const { url, drop } = await createPostgresDatabase()
  // Before openRest, whose own end must come first: hooks run in reverse.
  afterAll(drop)
  return openRest({ databaseUrl: url })
}

describe.skipIf(!inject('postgresUrl'))('at the same moment', async () => {
  const rest = inject('postgresUrl') ? await openOnPostgres() : undefined
  if (!rest) return
  const { ask, signUp, makeProject } = rest

  test('one refresh token is exchanged once, and then its sign-in is over', async () => {
    const refresh = (refreshToken: string) =>
      ask<SignedIn>('POST', 'auth/refresh', { body: { refreshToken } })
    const { refreshToken } = await signUp('ann')
    const replies = await times(5, () => refresh(refreshToken))
    expect(statuses(replies)).toEqual([200, 401, 401, 401, 401])
    const winner = replies.find(({ status }) => status === 200)
    expect((await refresh(winner?.data.refreshToken ?? '')).status).toBe(401)
  })

  test('one ticket is taken once', async () => {
    const { data } = await (await signUp('ben')).post<{ ticket: string }>('auth/tickets')
    const taken = await Promise.allSettled(
      Array.from({ length: 5 }, () => rest.accounts.redeemTicket(data.ticket)),
    )
    expect(taken.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
  })

  test('one name makes one account', async () => {
    const replies = await times(5, (index) =>
      ask('POST', 'users', {
        body: { email: `r${index}@example.org`, username: 'race', password: 'correct horse' },
      }),
    )
    expect(statuses(replies)).toEqual([201, 409, 409, 409, 409])
    expect(replies.map(({ error }) => error?.details).filter(Boolean)[0]).toEqual({
      field: 'username',
    })
  })

  test('projects of one name get slugs of their own', async () => {
    const carla = await signUp('carla')
    const made = await times(5, () => carla.post<ProjectDetails>('projects', { name: 'Same' }))
    expect(statuses(made)).toEqual([201, 201, 201, 201, 201])
    expect(new Set(made.map(({ data }) => data.slug)).size).toBe(5)
  })

  test('issues are numbered densely, and the log of the project is dense, too', async () => {
    const { path, owner, project } = await makeProject('dense')
    const made = await times(20, (index) =>
      owner.post<Issue>(`${path}/issues`, { title: `issue ${index}` }),
    )
    const dense = Array.from({ length: 20 }, (_, index) => index + 1)
    const sorted = (numbers: number[]) => numbers.toSorted((a, b) => a - b)
    expect(sorted(made.map(({ data }) => data.number))).toEqual(dense)
    const told = rest.updates.filter(({ projectId }) => projectId === project.id)
    expect(sorted(told.map(({ seq }) => seq))).toEqual(dense)
  })

  test('two maintainers leave: one stays', async () => {
    const { path, owner, join } = await makeProject('leave')
    const people = [owner, await join('maintainer')]
    const replies = await Promise.all(
      people.map((person) => person.delete(`${path}/members/${person.user.id}`)),
    )
    expect(statuses(replies)).toEqual([204, 409])
  })

  test('one person joins once', async () => {
    const { path } = await makeProject('join')
    const dora = await signUp('dora')
    const replies = await times(4, () => dora.post(`${path}/members`))
    expect(statuses(replies)).toEqual([201, 409, 409, 409])
  })

  test('a path becomes a file or a folder, never both', async () => {
    const { path, owner } = await makeProject('paths')
    const paths = ['a', 'a/b', 'a', 'a/b']
    const replies = await times(4, (index) => owner.post(`${path}/files`, { path: paths[index] }))
    expect(statuses(replies)).toEqual([201, 409, 409, 409])
  })

  test('what several delete is deleted once', async () => {
    const { path, owner } = await makeProject('once')
    const file = await owner.post<ProjectFile>(`${path}/files`, { path: 'a' })
    await owner.post(`${path}/issues`, { title: 'a' })
    for (const url of [`${path}/files/${file.data.id}`, `${path}/issues/1`]) {
      const told = rest.updates.length
      expect(statuses(await times(4, () => owner.delete(url)))).toEqual([204, 404, 404, 404])
      expect(rest.updates).toHaveLength(told + 1)
    }
  })

  test('a file is renamed and deleted, in either order', async () => {
    const { path, owner } = await makeProject('either')
    for (let round = 0; round < 10; round++) {
      const file = await owner.post<ProjectFile>(`${path}/files`, { path: `from-${round}` })
      const url = `${path}/files/${file.data.id}`
      const [renamed, deleted] = await Promise.all([
        owner.patch(url, { path: `to-${round}` }),
        owner.delete(url),
      ])
      expect([200, 404]).toContain(renamed.status)
      expect(deleted.status).toBe(204)
    }
  })

  test('a project and its deletion: whatever is written, nothing breaks', async () => {
    for (const round of [1, 2, 3, 4, 5]) {
      const { path, owner } = await makeProject(`gone${round}`)
      const dora = await signUp(`dora${round}`)
      const [deleted, ...written] = await Promise.all([
        owner.delete(path),
        dora.post(`${path}/members`),
        owner.post(`${path}/files`, { path: 'late' }),
        owner.patch(path, { name: 'late' }),
        ...Array.from({ length: 4 }, () => owner.post(`${path}/issues`, { title: 'late' })),
      ])
      expect(deleted?.status).toBe(204)
      expect(statuses(written).filter((status) => status >= 400 && status !== 404)).toEqual([])
    }
  })

  test('a conversation that several open is one, and a name makes one channel', async () => {
    const { path, owner, join } = await makeProject('talks')
    const people = [owner, await join('member')]
    const opened = await times(6, (index) =>
      people[index % 2]!.post<Channel>(`${path}/conversations`, {
        userIds: people.map(({ user }) => user.id),
      }),
    )
    expect(new Set(opened.map(({ status, data }) => `${status} ${data.id}`)).size).toBe(1)
    const made = await times(5, () => owner.post(`${path}/channels`, { name: 'one' }))
    expect(statuses(made)).toEqual([201, 409, 409, 409, 409])
  })

  test('who is removed, talks and is let in again ends up out or in as a whole', async () => {
    const { path, owner, join } = await makeProject('inout')
    const member = await join('member')
    const secret = { name: 'secret', kind: 'private', memberIds: [member.user.id] }
    const { data: channel } = await owner.post<Channel>(`${path}/channels`, secret)
    const url = `${path}/channels/${channel.id}`
    const answers = await Promise.all([
      ...Array.from({ length: 5 }, () => member.post(`${url}/messages`, { message: 'x' })),
      owner.post(`${url}/members`, { userId: member.user.id }),
      owner.delete(`${path}/members/${member.user.id}`),
      owner.post(`${path}/bans`, { userId: member.user.id }),
      member.post(`${path}/members`),
    ])
    expect(answers.filter(({ status }) => status >= 500)).toEqual([])
    expect((await owner.get<unknown[]>(`${path}/members`)).data).toHaveLength(1)
    expect((await owner.get<Channel>(url)).data.members).toHaveLength(1)
  })
})
