// Live files through both front doors, with the clients that people use.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openDatabase, type OpenDatabase } from '../../db/database.ts'
import { documentName } from '../../protocol/names.ts'
import { openBoth, openCollab, openY, setStage, startNode, until, type Stage } from './fixture.ts'

let database: OpenDatabase
let stage: Stage
beforeAll(async () => {
  database = await openDatabase({ dataDir: 'memory://' })
  stage = await setStage(database.db)
})
afterAll(() => database.close())

/** A node, a project with a member and a guest, a file. */
async function open(text = '') {
  const [ada, guest] = [await stage.person(), await stage.person()]
  const projectId = await stage.project({ [ada.id]: 'member', [guest.id]: 'guest' })
  const fileId = await stage.file(projectId, text)
  const node = await startNode(stage)
  return { node, ada, guest, projectId, fileId, name: documentName(fileId) }
}

describe('editing', () => {
  test('[D1] clients of both protocols converge on one document', async () => {
    const { node, ada, fileId } = await open('start')
    const clients = [...openBoth(node, fileId, ada), ...openBoth(node, fileId, ada)]
    await Promise.all(clients.map((client) => client.synced()))
    for (let n = 0; n < 200; n++) {
      const { text } = clients[n % 4]!
      text.insert((n * 7) % (text.length + 1), 'abcd'[n % 4]!)
      if (n % 20 === 0) text.delete((n * 3) % text.length, 1)
    }
    const texts = () => clients.map(({ text }) => text.toJSON())
    await until(() => new Set(texts()).size === 1, 'one text')
    expect(texts()[0]).toHaveLength(5 + 200 - 10)
    expect(await node.documents.readText(fileId)).toBe(texts()[0])
    expect(node.documents.stats()).toMatchObject({ documents: 1, connections: 4 })
  })

  test('awareness crosses the protocols, a newcomer sees it, and it goes with its client', async () => {
    const { node, ada, fileId } = await open()
    const [collab, y] = openBoth(node, fileId, ada)
    await Promise.all([collab!.synced(), y!.synced()])
    const names = (client: typeof collab) =>
      [...client!.provider.awareness!.getStates().values()].map((state) => state['name'] as string)
    collab!.provider.awareness!.setLocalStateField('name', 'collab')
    y!.provider.awareness!.setLocalStateField('name', 'y')
    await until(() => names(collab).includes('y') && names(y).includes('collab'))
    const late = openY(node, documentName(fileId), { token: ada.id })
    await until(() => names(late).includes('collab') && names(late).includes('y'))
    y!.close()
    await until(() => !names(collab).includes('y'))
    collab!.close()
    await until(() => !names(late).includes('collab'))
    expect(names(late)).not.toContain('y')
  })

  test('[D6] what was written is there for the next one after everybody left, and only once', async () => {
    const { node, ada, fileId, name } = await open('initial ')
    for (let visit = 0; visit < 3; visit++) {
      const client = openCollab(node, name, ada.id)
      await client.synced()
      client.text.insert(client.text.length, `visit ${visit} `)
      await client.saved()
      client.close()
      await until(() => node.documents.stats().documents === 0, 'the document to leave memory')
    }
    expect(await node.documents.readText(fileId)).toBe('initial visit 0 visit 1 visit 2 ')
  })

  test('one socket carries many documents, and the same one twice by sessions', async () => {
    const { node, ada, projectId } = await open()
    const names = await Promise.all(
      Array.from({ length: 5 }, async (_, n) =>
        documentName(await stage.file(projectId, `file ${n}`)),
      ),
    )
    const first = openCollab(node, names[0]!, ada.id)
    const { HocuspocusProvider } = await import('@hocuspocus/provider')
    const others = [...names.slice(1), names[1]!].map((name, index) => {
      const sessionAwareness = index === 0 || index === 4
      const settings = { name, token: ada.id, websocketProvider: first.socket, sessionAwareness }
      const provider = new HocuspocusProvider(settings)
      provider.attach()
      return provider
    })
    await until(() => others.every((provider) => provider.isSynced))
    expect(others.map(({ document }) => document.getText('content').toJSON())).toEqual([
      'file 1',
      'file 2',
      'file 3',
      'file 4',
      'file 1',
    ])
    others[0]!.document.getText('content').insert(0, 'again ')
    await until(() => others[4]!.document.getText('content').toJSON() === 'again file 1')
    for (const provider of others) provider.destroy()
    expect(node.documents.stats().connections).toBe(1)
    // Of what says the same, once is enough.
    expect(node.documents.holds()).toHaveLength(1)
  })

  test('a provider that is destroyed and made again in the same moment gets its document', async () => {
    const { node, ada, name } = await open('here')
    const first = openCollab(node, name, ada.id)
    const { HocuspocusProvider } = await import('@hocuspocus/provider')
    const again = () =>
      new HocuspocusProvider({ name, token: ada.id, websocketProvider: first.socket })
    await first.synced()
    first.provider.destroy()
    let provider = again()
    provider.attach()
    // And once more before the first answer is there.
    provider.destroy()
    provider = again()
    provider.attach()
    await until(() => provider.isSynced && !provider.hasUnsyncedChanges)
    expect(provider.document.getText('content').toJSON()).toBe('here')
    provider.destroy()
  })
})

describe('access', () => {
  test('[D3] a guest reads on both protocols, and what a guest writes reaches nobody', async () => {
    const { node, ada, guest, fileId } = await open('text')
    const [member] = openBoth(node, fileId, ada)
    const readers = openBoth(node, fileId, guest)
    await Promise.all([member!, ...readers].map((client) => client.synced()))
    const collab = readers[0] as ReturnType<typeof openCollab>
    expect(collab.provider.authorizedScope).toBe('readonly')
    await collab.saved()
    for (const { text } of readers) text.insert(0, 'EVIL ')
    member!.text.insert(4, ' of the member')
    await until(() => readers.every(({ text }) => text.toJSON() === 'EVIL text of the member'))
    expect(member!.text.toJSON()).toBe('text of the member')
    expect(await node.documents.readText(fileId)).toBe('text of the member')
    expect(collab.provider.hasUnsyncedChanges).toBe(true)
  })

  test.for([
    { who: 'a bad token', name: 'known', token: 'nonsense', code: 4401, reason: 'INVALID_TOKEN' },
    { who: 'a stranger', name: 'known', token: 'stranger', code: 4404, reason: 'NOT_FOUND' },
    { who: 'an unknown file', name: 'unknown', token: 'ada', code: 4404, reason: 'NOT_FOUND' },
    { who: 'no file at all', name: 'nonsense', token: 'ada', code: 4404, reason: 'NOT_FOUND' },
    { who: 'another spelling', name: 'upper', token: 'ada', code: 4404, reason: 'NOT_FOUND' },
  ])(
    '[D4] $who is denied on both protocols, with the reason',
    async ({ name, token, code, reason }) => {
      const { node, ada, fileId } = await open()
      const names: Record<string, string> = {
        known: documentName(fileId),
        unknown: documentName(crypto.randomUUID()),
        nonsense: '__proto__',
        upper: documentName(fileId).toUpperCase().replace('FILE', 'file'),
      }
      const tokens: Record<string, string> = { ada: ada.id, stranger: (await stage.person()).id }
      const collab = openCollab(node, names[name]!, tokens[token] ?? token)
      const y = openY(node, names[name]!, { token: tokens[token] ?? token })
      await until(() => collab.denials.length > 0 && y.closes.length > 0)
      expect(collab.denials[0]).toMatch(new RegExp(`^${reason}: .+`))
      expect(y.closes[0]).toMatchObject({ code, reason: expect.stringMatching(/.+/) as string })
      expect(y.provider.shouldConnect).toBe(false)
      expect(node.documents.stats().documents).toBe(0)
    },
  )

  test('[T3] a ticket opens /yjs once; a token in the address opens nothing', async () => {
    const { node, ada, name } = await open('text')
    const params = { ticket: stage.ticket(ada) }
    const first = openY(node, name, { params })
    await first.synced()
    expect(first.text.toJSON()).toBe('text')
    const second = openY(node, name, { params })
    const address = openY(node, name, { params: { token: ada.id } })
    const nothing = openY(node, name, {})
    const refused = [second, address, nothing]
    await until(() => refused.every(({ closes }) => closes.length > 0))
    expect(refused.map(({ closes }) => closes[0]!.code)).toEqual([4401, 4400, 4401])
    expect(address.closes[0]!.reason).toContain('No token in the address')
  })

  test('the subprotocol that was offered is answered, so that a browser accepts the connection', async () => {
    const { node, ada, name } = await open()
    const protocols = ['other', `bearer.${ada.id}`]
    const socket = new WebSocket(`${node.url}/yjs/${encodeURIComponent(name)}`, protocols)
    await new Promise((resolve, reject) => {
      socket.onopen = resolve
      socket.onerror = () => reject(new Error('not accepted'))
    })
    expect(socket.protocol).toBe(`bearer.${ada.id}`)
    socket.close()
  })

  test('paths of others are left to others', async () => {
    const { node } = await open()
    const socket = new WebSocket(`${node.url}/collaborate`)
    await new Promise((resolve) => (socket.onerror = resolve))
    expect(node.documents.stats().connections).toBe(0)
  })

  test('a change of access closes the matching connections, which come back and are judged again', async () => {
    const { node, ada, guest, projectId, fileId } = await open('text')
    const clients = openBoth(node, fileId, ada)
    const [other] = openBoth(node, fileId, guest)
    await Promise.all([...clients, other!].map((client) => client.synced()))
    await database.db
      .updateTable('projectMembers')
      .set({ role: 'guest' })
      .where('userId', '=', ada.id)
      .execute()
    node.documents.closeFor({ userId: ada.id, projectId: crypto.randomUUID() })
    node.documents.closeFor({ userId: ada.id, sessionId: crypto.randomUUID() })
    expect(clients.map(({ closes }) => closes.length)).toEqual([0, 0])
    node.documents.closeFor({ userId: ada.id, projectId })
    const collab = clients[0] as ReturnType<typeof openCollab>
    await until(() => collab.provider.authorizedScope === 'readonly')
    await Promise.all(clients.map((client) => client.synced()))
    expect(clients.map(({ closes }) => closes[0]!.code)).toEqual([4503, 4503])

    await database.db.deleteFrom('projectMembers').where('userId', '=', ada.id).execute()
    node.documents.closeFor({ userId: ada.id })
    await until(() => collab.denials.length > 0 && clients[1]!.closes.at(-1)!.code === 4404)
    expect(other!.closes).toEqual([])
  })

  test('a deleted file is closed with the reason, and nothing of it is kept or written', async () => {
    const { node, ada, fileId } = await open('text')
    const [collab, y] = openBoth(node, fileId, ada)
    await Promise.all([collab!.synced(), y!.synced()])
    await database.db.deleteFrom('files').where('id', '=', fileId).execute()
    collab!.text.insert(0, 'too late ')
    node.documents.closeFile(fileId)
    await until(
      () => y!.closes.length > 0 && (collab as ReturnType<typeof openCollab>).denials.length > 0,
    )
    expect(y!.closes[0]).toEqual({ code: 4404, reason: 'The file was deleted' })
    await until(() => node.documents.stats().documents === 0)
    expect(node.documents.stats().backlogBytes).toBe(0)
    const { provider } = collab as ReturnType<typeof openCollab>
    expect(provider.hasUnsyncedChanges).toBe(true)
    await expect(node.documents.readText(fileId)).rejects.toMatchObject({ code: 'NOT_FOUND' })
    await expect(node.documents.replaceText(fileId, 'x')).rejects.toMatchObject({
      code: 'NOT_FOUND',
    })
  })
})

describe('replacing a text', () => {
  test('leaves what is equal, cursors and edits of others, and is durable when it is done', async () => {
    const { node, ada, fileId, name } = await open('one\ntwo\nthree\nfour\n')
    const client = openCollab(node, name, ada.id)
    await client.synced()
    const Y = await import('yjs')
    const cursor = Y.createRelativePositionFromTypeIndex(client.text, 'one\ntwo\nth'.length)
    client.text.insert(client.text.length, 'mine\n')
    await until(async () => (await node.documents.readText(fileId)).endsWith('mine\n'))
    await node.documents.replaceText(fileId, 'ONE\ntwo\nthree\nand more\nfour 👍\nmine\n')
    await until(() => client.text.toJSON() === 'ONE\ntwo\nthree\nand more\nfour 👍\nmine\n')
    const position = Y.createAbsolutePositionFromRelativePosition(cursor, client.document)
    expect(position?.index).toBe('ONE\ntwo\nth'.length)
    client.close()
    await node.stop()
    const next = await startNode(stage)
    expect(await next.documents.readText(fileId)).toBe('ONE\ntwo\nthree\nand more\nfour 👍\nmine\n')
  })

  test('meets people who are typing: nothing of theirs is lost, everybody has the same', async () => {
    const { node, ada, fileId } = await open('base\n')
    const clients = openBoth(node, fileId, ada)
    await Promise.all(clients.map((client) => client.synced()))
    for (let n = 0; n < 20; n++) {
      for (const [index, { text }] of clients.entries()) text.insert(text.length, `<${index}.${n}>`)
      const before = await node.documents.readText(fileId)
      await node.documents.replaceText(fileId, before.replace('base', `base ${n}`))
    }
    await until(() => clients[0]!.text.toJSON() === clients[1]!.text.toJSON())
    await until(async () => (await node.documents.readText(fileId)) === clients[0]!.text.toJSON())
    for (let n = 0; n < 20; n++)
      for (const index of [0, 1]) expect(clients[0]!.text.toJSON()).toContain(`<${index}.${n}>`)
  })

  test('of a file that is not there says so', async () => {
    const { node } = await open()
    await expect(node.documents.replaceText(crypto.randomUUID(), 'x')).rejects.toMatchObject({
      code: 'NOT_FOUND',
    })
  })
})
