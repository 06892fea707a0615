import { randomUUID } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import type { Channel } from '../../protocol/chat.ts'
import type { PublicUser } from '../../protocol/events.ts'
import { MAX_CHANNELS, MAX_OWN_CHANNELS } from '../../protocol/limits.ts'
import { openRest } from '../../test/rest.ts'
import type { Announcement } from '../../realtime/chat/announce.ts'
import { channelSchema } from './schema.ts'

const said: Announcement[] = []
const rest = await openRest({ announce: (announcement) => void said.push(announcement) })
const { makeProject, signUp } = rest
const names = (channels: Channel[]) => channels.map(({ name }) => name)
const lastChange = () => rest.channelChanges.at(-1)

/** A project with a private channel of its member. */
async function makePrivate(project: string) {
  const room = await makeProject(project)
  const [member, other] = [await room.join('member'), await room.join('contributor')]
  const { data: channel } = await member.post<Channel>(`${room.path}/channels`, {
    name: 'hidden',
    kind: 'private',
  })
  return { ...room, member, other, channel, url: `${room.path}/channels/${channel.id}` }
}

describe('a channel', () => {
  test('is made by whoever may write, and everybody in the project finds it', async () => {
    const { path, project, join } = await makeProject('made')
    const [member, guest] = [await join('member'), await join('guest')]
    const { status, data } = await member.post<Channel>(`${path}/channels`, {
      name: 'design',
      topic: 'How it looks',
    })
    expect(status).toBe(201)
    expect(channelSchema.strict().parse(data)).toMatchObject({
      kind: 'public',
      name: 'design',
      topic: 'How it looks',
      createdBy: member.user.id,
      members: null,
      unread: 0,
    })
    expect(lastChange()).toEqual({ projectId: project.id, channelId: data.id, userIds: null })
    expect((await guest.post(`${path}/channels`, { name: 'mine' })).status).toBe(403)
    expect(names((await guest.get<Channel[]>(`${path}/channels`)).data)).toEqual([
      'general',
      'design',
    ])
    expect((await guest.get<Channel>(`${path}/channels/${data.id}`)).data).toEqual(data)
    const stranger = await signUp('made-stranger')
    expect((await stranger.get(`${path}/channels`)).status).toBe(403)
    expect((await guest.get(`${path}/channels/nonsense`)).status).toBe(404)
  })

  test('has a name of its own, in lower case', async () => {
    const { path, owner } = await makeProject('named')
    const make = (name: string) => owner.post(`${path}/channels`, { name })
    expect((await make('a_1-b')).status).toBe(201)
    const taken = await make('a_1-b')
    expect([taken.status, taken.error.message]).toEqual([
      409,
      'There is a channel "a_1-b" already; choose another name',
    ])
    for (const name of ['', 'Big', '-x', 'two words', 'x'.repeat(81)])
      expect((await make(name)).status).toBe(400)
  })

  test('is renamed and archived by its maker or a maintainer, its topic is anybody’s', async () => {
    const { path, owner, join } = await makeProject('changed')
    const [maker, other] = [await join('member'), await join('contributor')]
    const { data: channel } = await maker.post<Channel>(`${path}/channels`, { name: 'first' })
    const url = `${path}/channels/${channel.id}`
    expect((await other.patch(url, { name: 'mine' })).status).toBe(403)
    expect((await other.patch(url, { archived: true })).status).toBe(403)
    expect((await other.patch<Channel>(url, { topic: 'talk' })).data.topic).toBe('talk')
    expect(said.at(-1)).toMatchObject({
      channelId: channel.id,
      authorId: other.user.id,
      system: { type: 'topic_changed', topic: 'talk' },
    })
    expect((await maker.patch<Channel>(url, { name: 'second' })).data.name).toBe('second')
    expect(said.at(-1)?.system).toEqual({ type: 'channel_renamed', from: 'first', to: 'second' })
    const lines = said.length
    const archived = await owner.patch<Channel>(url, { archived: true })
    expect(archived.data.archivedAt).not.toBeNull()
    expect((await maker.patch(url, { topic: 'too late' })).status).toBe(409)
    expect((await maker.patch<Channel>(url, { archived: false })).data.archivedAt).toBeNull()
    expect(said).toHaveLength(lines)
  })

  test('is one of so many, the archive aside; one person makes fewer', async () => {
    const { path, project, owner, join } = await makeProject('crowded')
    const [member, other] = [await join('member'), await join('contributor')]
    const make = (who: typeof owner, name: string) =>
      who.post<Channel>(`${path}/channels`, { name })
    const fill = (count: number, createdBy: string) =>
      rest.db
        .insertInto('channels')
        .values(
          Array.from({ length: count }, (_, n) => ({
            id: randomUUID(),
            projectId: project.id,
            name: `c${n}-${createdBy}`,
            createdBy,
          })),
        )
        .execute()
    await fill(MAX_OWN_CHANNELS, member.user.id)
    expect((await make(member, 'mine')).error.message).toMatch('ask a maintainer')
    const { data } = await make(other, 'theirs')
    // With #general.
    await fill(MAX_CHANNELS - MAX_OWN_CHANNELS - 2, owner.user.id)
    expect((await make(owner, 'full')).error.message).toMatch('archive one first')
    const url = `${path}/channels/${data.id}`
    await owner.patch(url, { archived: true })
    expect((await make(owner, 'room')).status).toBe(201)
    expect((await owner.patch(url, { archived: false })).status).toBe(422)
  })

  test('that comes first stays as it is, but for its topic', async () => {
    const { path, owner } = await makeProject('general')
    const [general] = (await owner.get<Channel[]>(`${path}/channels`)).data
    const url = `${path}/channels/${general?.id}`
    expect((await owner.patch(url, { name: 'other' })).status).toBe(422)
    expect((await owner.patch(url, { archived: true })).status).toBe(422)
    expect((await owner.patch<Channel>(url, { topic: 'hello' })).data.topic).toBe('hello')
  })
})

describe('a private channel', () => {
  test('[CH9] is not there for others, administrators and maintainers included', async () => {
    const { path, owner, other, member, url } = await makePrivate('hidden')
    const admin = await signUp('hidden-admin')
    const { id } = admin.user
    await rest.db.updateTable('users').set({ role: 'admin' }).where('id', '=', id).execute()
    const { token } = (
      await rest.ask<{ token: string }>('POST', 'auth/login', {
        body: { email: 'hidden-admin@example.org', password: 'correct horse' },
      })
    ).data
    for (const person of [owner, other, rest.as(token)]) {
      expect(names((await person.get<Channel[]>(`${path}/channels`)).data)).toEqual(['general'])
      for (const answer of [
        await person.get(url),
        await person.get(`${url}/members`),
        await person.patch(url, { topic: 'x' }),
        await person.post(`${url}/members`, { userId: other.user.id }),
        await person.delete(`${url}/members/${member.user.id}`),
        await person.post(`${url}/read`, { seq: 1 }),
        await person.post(`${url}/messages`, { message: 'x' }),
        await person.get(`${url}/messages`),
      ])
        expect([answer.status, answer.error.message]).toEqual([404, 'Channel not found'])
    }
  })

  test('is opened to members of the project by whoever is in it', async () => {
    const { path, owner, member, other, channel, url } = await makePrivate('opened')
    const stranger = await signUp('opened-stranger')
    const add = (who: typeof member, userId: string) => who.post(`${url}/members`, { userId })
    expect((await add(member, stranger.user.id)).status).toBe(422)
    await member.post(`${url}/messages`, { message: 'before' })
    const added = await member.post<PublicUser[]>(`${url}/members`, { userId: other.user.id })
    expect(added.data.map(({ id }) => id)).toEqual([member.user.id, other.user.id])
    expect(lastChange()).toMatchObject({ channelId: channel.id, userIds: [other.user.id] })
    expect((await add(other, owner.user.id)).status).toBe(201)
    // What was said before they came is not unread.
    const { data } = await other.get<Channel>(url)
    expect(data).toMatchObject({ lastSeq: 1, readSeq: 1, unread: 0 })
    const [general] = (await other.get<Channel[]>(`${path}/channels`)).data
    const everywhere = await other.post(`${path}/channels/${general?.id}/members`, {
      userId: other.user.id,
    })
    expect(everywhere.status).toBe(422)
  })

  test('is left by anybody, and others are removed by its maker or a maintainer', async () => {
    const { path, owner, member, other, url } = await makePrivate('emptied')
    for (const { user } of [owner, other]) await member.post(`${url}/members`, { userId: user.id })
    const remove = (who: typeof member, { user }: typeof member) =>
      who.delete(`${url}/members/${user.id}`)
    expect((await remove(other, member)).status).toBe(403)
    expect((await remove(member, other)).status).toBe(204)
    expect((await remove(owner, other)).status).toBe(404)
    expect((await remove(owner, member)).status).toBe(204)
    expect((await member.get(url)).status).toBe(404)
    expect((await remove(owner, owner)).status).toBe(204)
    // Everybody left: its name is free.
    expect((await owner.post(`${path}/channels`, { name: 'hidden' })).status).toBe(201)
  })

  test('is left with the project, conversations stay for those who come back', async () => {
    const { path, owner, member, other, channel, url } = await makePrivate('comeback')
    await member.post(`${url}/members`, { userId: other.user.id })
    const direct = await other.post<Channel>(`${path}/conversations`, { userIds: [member.user.id] })
    await other.delete(`${path}/members/${other.user.id}`)
    expect(lastChange()).toMatchObject({ channelId: channel.id, userIds: [] })
    await owner.post(`${path}/members`, { username: other.user.username })
    const { data } = await other.get<Channel[]>(`${path}/channels`)
    expect(data.map(({ id }) => id)).toEqual([data[0]?.id, direct.data.id])
    expect((await other.get(url)).status).toBe(404)
  })
})

describe('a conversation', () => {
  test('of the same people is one, whoever opens it', async () => {
    const { path, owner, join } = await makeProject('talk')
    const [member, other] = [await join('member'), await join('contributor')]
    const open = (who: typeof owner, ...others: (typeof owner)[]) =>
      who.post<Channel>(`${path}/conversations`, { userIds: others.map(({ user }) => user.id) })
    const opened = await Promise.all([
      open(owner, member),
      open(member, owner),
      open(member, owner, owner, member),
    ])
    expect(opened.map(({ status }) => status)).toEqual([200, 200, 200])
    expect(new Set(opened.map(({ data }) => data.id)).size).toBe(1)
    expect(opened[0]?.data).toMatchObject({ kind: 'direct', name: null })
    const group = await open(owner, member, other)
    expect(group.data.kind).toBe('group')
    expect(group.data.members).toHaveLength(3)
    expect((await other.get<Channel[]>(`${path}/channels`)).data).toHaveLength(2)
    const url = `${path}/channels/${group.data.id}`
    for (const change of [{ name: 'x' }, { topic: 'x' }, { archived: true }])
      expect((await owner.patch(url, change)).status).toBe(422)
    expect((await owner.delete(`${url}/members/${owner.user.id}`)).status).toBe(422)
  })

  test('is between people of the project who may write', async () => {
    const { path, owner, join } = await makeProject('mute')
    const [guest, stranger] = [await join('guest'), await signUp('mute-stranger')]
    const open = (who: typeof owner, userIds: string[]) =>
      who.post(`${path}/conversations`, { userIds })
    expect((await open(owner, [guest.user.id])).status).toBe(422)
    expect((await open(owner, [stranger.user.id])).status).toBe(422)
    expect((await open(owner, [owner.user.id])).status).toBe(422)
    expect((await open(guest, [owner.user.id])).status).toBe(403)
  })
})

test('a mark over REST is the reader’s on every device', async () => {
  const { path, owner, join } = await makeProject('marked')
  const member = await join('member')
  for (const message of ['one', 'two']) await owner.post(`${path}/messages`, { message })
  const [general] = (await member.get<Channel[]>(`${path}/channels`)).data
  expect(general).toMatchObject({ lastSeq: 2, readSeq: 0, unread: 2 })
  const { data } = await member.post(`${path}/channels/${general?.id}/read`, { seq: 1 })
  expect(data).toEqual({ channelId: general?.id, readSeq: 1, unread: 1, mentions: 0 })
})
