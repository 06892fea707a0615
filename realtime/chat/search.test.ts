// One contract for both databases.
import { v7 as uuid } from 'uuid'
import { beforeAll, describe, expect, test } from 'vitest'
import type { ChannelKind } from '../../protocol/chat.ts'
import { kinds, openKind } from '../../test/databases.ts'
import { searchMessages, type SearchQuery } from './search.ts'

describe.each(kinds)('search on $name', (kind) => {
  const database = openKind(kind)
  const [ada, bob, project] = [uuid(), uuid(), uuid()]
  const channels = { general: uuid(), secret: uuid(), elsewhere: uuid() }
  const seqs = new Map<string, number>()

  beforeAll(async () => {
    const { db } = database
    const people = { ada, bob }
    await db
      .insertInto('users')
      .values(
        Object.entries(people).map(([username, id]) => ({
          id,
          username,
          email: `${username}@example.org`,
        })),
      )
      .execute()
    const other = uuid()
    for (const id of [project, other]) {
      await db.insertInto('projects').values({ id, name: id, slug: id }).execute()
      await db
        .insertInto('projectMembers')
        .values([ada, bob].map((userId) => ({ id: uuid(), projectId: id, userId })))
        .execute()
    }
    const open = (id: string, projectId: string, channelKind: ChannelKind) =>
      db.insertInto('channels').values({ id, projectId, kind: channelKind, name: id }).execute()
    await open(channels.general, project, 'public')
    await open(channels.secret, project, 'private')
    await open(channels.elsewhere, other, 'public')
    await db
      .insertInto('channelMembers')
      .values({ channelId: channels.secret, userId: ada })
      .execute()
  })

  async function say(message: string, fields: object = {}, channelId = channels.general) {
    const seq = (seqs.get(channelId) ?? 0) + 1
    seqs.set(channelId, seq)
    const id = uuid()
    const { db } = database
    await db
      .updateTable('channels')
      .set({ lastSeq: seq, lastRev: seq })
      .where('id', '=', channelId)
      .execute()
    await db
      .insertInto('messages')
      .values({
        id,
        channelId,
        seq,
        rev: seq,
        createdRev: seq,
        authorId: ada,
        message,
        nonce: id,
        ...fields,
      })
      .execute()
    return id
  }

  const search = async (query: SearchQuery | string, id = ada) => {
    const asked = typeof query === 'string' ? { q: query } : query
    return await searchMessages(database.db, { id, role: 'member' }, project, asked)
  }
  const find = async (query: SearchQuery | string, id = ada) =>
    (await search(query, id)).messages.map(({ message }) => message)

  test('finds words, beginnings, phrases and exclusions, newest first', async () => {
    await say('The quick brown fox')
    await say('A quick, brown bear', { threadId: undefined })
    await say('brown and quick')
    expect(await find('quick brown')).toEqual([
      'brown and quick',
      'A quick, brown bear',
      'The quick brown fox',
    ])
    expect(await find('"quick brown"')).toEqual(['A quick, brown bear', 'The quick brown fox'])
    expect(await find('brown -quick')).toEqual([])
    expect(await find('quick -bear')).toEqual(['brown and quick', 'The quick brown fox'])
    expect(await find('fox or bear')).toEqual(['A quick, brown bear', 'The quick brown fox'])
    expect(await find('BROWN be')).toEqual(['A quick, brown bear'])
  })

  test('finds what is no word as it stands, also signs that SQL knows', async () => {
    await say('call useStore(state => state.rooms_by_id) at 100% in C:\\temp')
    const code = [
      'Store(state',
      'rooms_by',
      '100%',
      '=>',
      'C:\\temp',
      's_by_i',
      'seStor',
      '(',
      ') at',
    ]
    for (const q of code) expect([q, (await find(q)).length]).toEqual([q, 1])
    for (const q of ['1%0', 'rooms-by_id)x', '\\%', '=_']) expect(await find(q)).toEqual([])
  })

  test('[CH11] shows only what the searcher may read, and nothing deleted or said by the server', async () => {
    await say('heron in a public channel')
    await say('heron in a private channel', {}, channels.secret)
    await say('heron in another project', {}, channels.elsewhere)
    await say('heron that is deleted', { deletedAt: new Date().toISOString() })
    const system = JSON.stringify({ type: 'topic_changed', topic: 'heron' })
    await say('heron of the server', { system })
    const root = await say('something else')
    await say('heron in a thread', { parentId: root })
    const everybody = ['heron in a thread', 'heron in a public channel']
    expect(await find('heron', bob)).toEqual(everybody)
    expect(await find({ q: 'heron', channelId: channels.secret }, bob)).toEqual([])
    expect(await find({ q: 'heron', channelId: channels.elsewhere }, bob)).toEqual([])
    expect(await find('heron')).toEqual([everybody[0], 'heron in a private channel', everybody[1]])
    await expect(search('heron', uuid())).rejects.toMatchObject({
      code: 'INSUFFICIENT_PERMISSIONS',
    })
  })

  test('narrows by person, channel, date and attachments, with or without a text', async () => {
    const day = (number: number) => `2020-01-0${number}T12:00:00.000Z`
    await say('kiwi one', { createdAt: day(1) })
    const second = await say('kiwi two', { createdAt: day(2), authorId: bob })
    await say('kiwi three', { createdAt: day(3), authorId: bob }, channels.secret)
    await database.db
      .insertInto('attachments')
      .values({
        id: uuid(),
        projectId: project,
        messageId: second,
        name: 'a',
        type: 'a/b',
        size: 1,
      })
      .execute()
    const q = 'kiwi'
    expect(await find({ q, from: 'Bob' })).toEqual(['kiwi three', 'kiwi two'])
    expect(await find({ from: bob })).toEqual(['kiwi three', 'kiwi two'])
    expect(await find({ q, from: 'nobody' })).toEqual([])
    expect(await find({ q, channelId: channels.general })).toEqual(['kiwi two', 'kiwi one'])
    expect(await find({ q, after: day(2) })).toEqual(['kiwi three', 'kiwi two'])
    expect(await find({ before: day(2) })).toEqual(['kiwi one'])
    expect(await find({ q, hasAttachment: true })).toEqual(['kiwi two'])
    expect(await find({ q, hasAttachment: false })).toEqual(['kiwi three', 'kiwi one'])
  })

  test('pages without gaps or repetitions while more is said', async () => {
    for (let number = 0; number < 5; number++) await say(`page ${number}`)
    const seen: string[] = []
    let cursor: string | null = null
    do {
      const page = await search({ q: 'page', limit: 2, ...(cursor === null ? {} : { cursor }) })
      seen.push(...page.messages.map(({ message }) => message))
      cursor = page.cursor
      await say('page that came later')
    } while (cursor !== null)
    expect(seen).toEqual(['page 4', 'page 3', 'page 2', 'page 1', 'page 0'])
    await expect(search({ q: 'page', cursor: 'x' })).rejects.toMatchObject({
      code: 'VALIDATION_ERROR',
    })
  })

  test('nasty queries are answered like any other', async () => {
    const nasty = [
      '!',
      '-',
      '-a',
      '"',
      '"a b',
      '-"a b c',
      'or or or',
      "' & !(",
      ':*',
      "a'b",
      'a\\',
      '%'.repeat(200),
      'a '.repeat(100),
      '🦩',
      '<->',
      'or',
      'a or -b',
    ]
    for (const q of nasty) await expect(search(q)).resolves.toBeDefined()
  })
})
