import { describe, expect, onTestFinished, test } from 'vitest'
import { MAX_CALL_LINKS } from '../../protocol/limits.ts'
import { openRest } from '../../test/rest.ts'
import type { Channel } from '../../protocol/chat.ts'
import { createCleaning } from '../attachments/cleaning.ts'
import type { CallLink, CreatedCallLink, Guest, GuestCall } from './schema.ts'

const rest = await openRest()
const { ask, signUp } = rest

async function makeProject(name: string, fields: object = {}) {
  const made = await rest.makeProject(name, { visibility: 'private', callGuests: true, ...fields })
  const links = `${made.path}/call-links`
  const makeLink = async (body: object = {}) =>
    (await made.owner.post<CreatedCallLink>(links, body)).data
  return { ...made, links, makeLink }
}
const see = (token: string) => ask<GuestCall>('GET', `call-links/${token}`)
const come = (token: string, name: unknown = 'Gus', ip?: string) =>
  ask<Guest>('POST', `call-links/${token}/guests`, { body: { name }, ...(ip && { ip }) })

describe('[CA60] guests are allowed', () => {
  test('by nobody at first, then by maintainers', async () => {
    const { path, links, owner, join } = await makeProject('closed', { callGuests: undefined })
    expect((await owner.get<{ callGuests: boolean }>(path)).data.callGuests).toBe(false)
    const refused = await owner.post(links)
    expect([refused.status, refused.error.code]).toEqual([409, 'CONFLICT'])
    const member = await join('contributor')
    expect((await member.patch(path, { callGuests: true })).status).toBe(403)
    expect((await owner.patch(path, { callGuests: true })).status).toBe(200)
    expect((await owner.post(links)).status).toBe(201)
  })

  test('until they are switched off: links show nothing, and who came is out', async () => {
    const { path, owner, makeLink } = await makeProject('changing')
    const { token } = await makeLink()
    const { data: gus } = await come(token)
    await owner.patch(path, { callGuests: false })
    expect(rest.accessChanges.at(-1)).toEqual({ userId: gus.id })
    expect([(await see(token)).status, (await come(token)).status]).toEqual([404, 404])
    await owner.patch(path, { callGuests: true })
    expect((await see(token)).status).toBe(200)
    const { data: eve } = await come(token, 'Eve')
    await owner.delete(path)
    expect(rest.accessChanges).toContainEqual({ userId: eve.id })
    expect((await see(token)).status).toBe(404)
  })
})

describe('[CA60] a link', () => {
  test('is made by who moderates, listed, and revoked; who came by it is out', async () => {
    const { links, owner, join, makeLink } = await makeProject('linked')
    const member = await join('contributor')
    for (const answer of [await member.get(links), await member.post(links)])
      expect(answer.status).toBe(403)
    const link = await makeLink()
    expect(link.url).toMatch(new RegExp(`/guest/${link.token}$`))
    const week = Date.now() + 7 * 86_400_000
    expect(Math.abs(Date.parse(link.expiresAt) - week)).toBeLessThan(60_000)
    const { data } = await (await join('maintainer')).get<CallLink[]>(links)
    const { token, url: _, ...listed } = link
    expect(data).toEqual([listed])
    expect(listed).toMatchObject({ channel: null, createdBy: { username: 'linked-owner' } })

    const { data: gus } = await come(token)
    expect((await member.delete(`${links}/${link.id}`)).status).toBe(403)
    expect((await owner.delete(`${links}/${link.id}`)).status).toBe(204)
    expect(rest.accessChanges.at(-1)).toEqual({ userId: gus.id })
    expect([(await see(token)).status, (await come(token)).status]).toEqual([404, 404])
    for (const id of [link.id, 'nonsense'])
      expect((await owner.delete(`${links}/${id}`)).status).toBe(404)
    expect((await owner.get<CallLink[]>(links)).data).toEqual([])
  })

  test('of another project is not revoked here', async () => {
    const [one, other] = [await makeProject('one'), await makeProject('other')]
    const link = await one.makeLink()
    expect((await other.owner.delete(`${other.links}/${link.id}`)).status).toBe(404)
    expect((await see(link.token)).status).toBe(200)
  })

  test('is kept as a hash, as is what guests prove themselves with', async () => {
    const { token } = await (await makeProject('hashed')).makeLink()
    const { data: gus } = await come(token)
    const rows = [
      await rest.db.selectFrom('callLinks').selectAll().execute(),
      await rest.db.selectFrom('callGuests').selectAll().execute(),
    ]
    for (const secret of [token, gus.token]) expect(JSON.stringify(rows)).not.toContain(secret)
  })

  test('ends: after a week unless told, 30 days at most', async () => {
    const { links, owner, makeLink } = await makeProject('brief')
    for (const expiresIn of [0, 721, 1.5, 'a'])
      expect((await owner.post(links, { expiresIn })).status).toBe(400)
    const { id, token } = await makeLink({ expiresIn: 720 })
    const expiresAt = new Date().toISOString()
    await rest.db.updateTable('callLinks').set({ expiresAt }).where('id', '=', id).execute()
    expect([(await see(token)).status, (await come(token)).status]).toEqual([404, 404])
    expect((await owner.get<CallLink[]>(links)).data).toEqual([])
  })

  test('goes a day after its end, and guests at theirs, though nobody makes a new one', async () => {
    const { makeLink } = await makeProject('tidied')
    const [old, young] = [await makeLink(), await makeLink()]
    const [{ data: gone }, { data: here }] = [await come(young.token), await come(young.token)]
    const end = (table: 'callLinks' | 'callGuests', id: string, hours: number) =>
      rest.db
        .updateTable(table)
        .set({ expiresAt: new Date(Date.now() - hours * 3_600_000).toISOString() })
        .where('id', '=', id)
        .execute()
    await end('callLinks', old.id, 25)
    await end('callLinks', young.id, 23)
    await end('callGuests', gone.id, 1)
    const { db, log, store } = rest
    const attachments = { store, maxBytes: 1, quotaBytes: 1 }
    const cleaning = createCleaning({ db, log, attachments, intervalMs: 10 })
    onTestFinished(() => cleaning.close())
    const left = async () =>
      (
        await db
          .selectFrom('callLinks')
          .leftJoin('callGuests', 'linkId', 'callLinks.id')
          .select(['callLinks.id', 'callGuests.id as guestId'])
          .where('callLinks.id', 'in', [old.id, young.id])
          .execute()
      ).map(({ id, guestId }) => [id, guestId])
    await expect.poll(left).toEqual([[young.id, here.id]])
  })

  test('of a private channel is the business of who is in it', async () => {
    const { path, links, owner, join, makeLink } = await makeProject('secretive')
    const { data: channel } = await owner.post<Channel>(`${path}/channels`, {
      name: 'plans',
      kind: 'private',
    })
    const link = await makeLink({ channelId: channel.id })
    expect(link.channel).toEqual({ id: channel.id, name: 'plans' })
    const other = await join('maintainer')
    expect((await other.get<CallLink[]>(links)).data).toEqual([])
    expect((await other.delete(`${links}/${link.id}`)).status).toBe(404)
    expect((await other.post(links, { channelId: channel.id })).status).toBe(404)
    await owner.patch(`${path}/channels/${channel.id}`, { archived: true })
    expect((await see(link.token)).status).toBe(404)
    expect((await owner.post(links, { channelId: channel.id })).status).toBe(422)
  })

  test('is not to conversations', async () => {
    const { path, links, owner, join } = await makeProject('talking')
    const { user } = await join('contributor')
    const { data } = await owner.post<Channel>(`${path}/conversations`, { userIds: [user.id] })
    expect((await owner.post(links, { channelId: data.id })).status).toBe(422)
    expect((await owner.post(links, { channelId: crypto.randomUUID() })).status).toBe(404)
  })

  test('[CA64] is one of so many', async () => {
    const { links, owner, makeLink } = await makeProject('many')
    for (let n = 0; n < MAX_CALL_LINKS; n++) await makeLink()
    expect((await owner.post(links)).status).toBe(422)
  })
})

describe('[CA60] whoever opens a link', () => {
  test('sees the names of project and channel, and nothing else', async () => {
    const { project, path, owner, makeLink } = await makeProject('named', { description: 'Secret' })
    const [general] = (await owner.get<Channel[]>(`${path}/channels`)).data
    const { data } = await see((await makeLink()).token)
    expect(data).toEqual({ project: { name: project.name }, channel: null, member: null })
    const ofChannel = await see((await makeLink({ channelId: general!.id })).token)
    expect(ofChannel.data.channel).toEqual({ name: 'general' })
    for (const wrong of ['wrong', '%00', 'a'.repeat(5_000), '..%2F..%2Fprojects'])
      expect([400, 404]).toContain((await see(wrong)).status)
  })

  test('and is a member learns where the call is; others who are signed in do not', async () => {
    const { project, path, owner, join, makeLink } = await makeProject('known')
    const { data: channel } = await owner.post<Channel>(`${path}/channels`, {
      name: 'inner',
      kind: 'private',
    })
    const member = await join('contributor')
    const [own, inner] = [await makeLink(), await makeLink({ channelId: channel.id })]
    const seenBy = async (person: typeof owner, { token }: CreatedCallLink) =>
      (await person.get<GuestCall>(`call-links/${token}`)).data.member
    const place = { slug: project.slug, projectId: project.id }
    expect(await seenBy(member, own)).toEqual(place)
    expect(await seenBy(owner, inner)).toEqual({ ...place, channelId: channel.id })
    expect(await seenBy(member, inner)).toBe(null)
    expect(await seenBy(await signUp('known-stranger'), own)).toBe(null)
    expect(await seenBy(await join('guest'), own)).toBe(null)
    const outdated = await ask<GuestCall>('GET', `call-links/${own.token}`, { token: 'outdated' })
    expect(outdated.data.member).toBe(null)
  })
})

describe('[CA64] the name of a guest', () => {
  test.each([
    ['Gus', 'Gus'],
    ['  Gus \t of\n Acme ', 'Gus of Acme'],
    ['Zoe\u0308', 'Zo\u00eb'],
    ['李雷', '李雷'],
    ['نرگس‌خانم', 'نرگس‌خانم'],
    ['ada (guest) <b>', 'ada (guest) <b>'],
    ['é'.repeat(50), 'é'.repeat(50)],
    ['e\u0301'.repeat(50), 'é'.repeat(50)],
  ])('may be %j', async (name, shown) => {
    const { token } = await (await nameless).makeLink()
    expect((await come(token, name)).data.name).toBe(shown)
  })

  test.each([
    ['empty', ''],
    ['blank', ' \t\n\u3000'],
    ['too long', 'x'.repeat(51)],
    ['turned around', 'ada\u202Eaicirtap'],
    ['isolated', '\u2066ada\u2069'],
    ['unseen', '\u200d\u200c'],
    ['a filler', '\u3164'],
    ['padded with what is not seen', 'ada\u200b'],
    ['tagged', 'ada\u{e0041}'],
    ['with an escape', 'ada\u001b[31m'],
    ['with U+0000', 'ada\u0000'],
    ['half a pair', 'ada\ud83d'],
    ['piled', `a${'\u0335'.repeat(12)}`],
    ['marks alone', '!?.'],
    ['private', '\ue000\ue001'],
    ['no text', 7],
    ['nothing', null],
    ['a list', ['ada']],
  ])('is refused when it is %s', async (_, name) => {
    const { token } = await (await nameless).makeLink()
    const { status, error } = await come(token, name)
    expect([status, error.code]).toEqual([400, 'VALIDATION_ERROR'])
    expect(error.message).toMatch(/name/)
  })
})
const nameless = makeProject('nameless')

describe('[CA61] what a guest has', () => {
  test('opens nothing over REST', async () => {
    const { project, path, makeLink } = await makeProject('shut', { visibility: 'public' })
    const { token } = await makeLink()
    const { data: gus } = await come(token)
    const paths = ['', '/members', '/channels', '/messages', '/files', '/issues', '/call-links']
    for (const secret of [gus.token, token]) {
      for (const sub of paths) {
        const { status, error } = await rest.as(secret).get(path + sub)
        expect([status, error.code]).toEqual([401, 'AUTHENTICATION_FAILED'])
      }
      for (const [method, to] of [
        ['GET', 'users/me'],
        ['GET', 'projects'],
        ['POST', 'auth/tickets'],
        ['POST', `${path}/messages`],
        ['POST', `${path}/call-links`],
        ['PATCH', path],
        ['DELETE', `projects/${project.id}`],
      ] as const)
        expect((await ask(method, to, { token: secret })).status).toBe(401)
      expect((await ask('POST', 'auth/refresh', { body: { refreshToken: secret } })).status).toBe(
        401,
      )
      await expect(rest.accounts.authenticate(secret)).rejects.toMatchObject({
        code: 'AUTHENTICATION_FAILED',
      })
      await expect(rest.accounts.redeemTicket(secret)).rejects.toMatchObject({
        code: 'AUTHENTICATION_FAILED',
      })
    }
  })
})

test('[CA64] one address, and one link, bring so many guests a minute', async () => {
  const { makeLink } = await makeProject('flooded')
  const { token } = await makeLink()
  const flood = async (count: number, to: string, ip: (n: number) => string) => {
    const states: number[] = []
    for (let n = 0; n < count; n++) states.push((await come(to, 'Gus', ip(n))).status)
    return states
  }
  const fromOne = await flood(31, token, () => '198.51.100.1')
  expect([fromOne.slice(0, 30).every((status) => status === 201), fromOne[30]]).toEqual([true, 429])
  // Links that do not exist count, too.
  expect((await come('guess', 'Gus', '198.51.100.1')).status).toBe(429)
  const fromMany = await flood(31, token, (n) => `198.51.100.${n + 2}`)
  expect(fromMany.slice(-2)).toEqual([201, 429])
  expect((await come((await makeLink()).token, 'Gus', '198.51.100.250')).status).toBe(201)
})
