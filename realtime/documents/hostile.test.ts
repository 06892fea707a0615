// Whatever a client sends, it is the one that goes; an innocent editor of the same document goes on.
import { once } from 'node:events'
import { request } from 'node:http'
import type { Socket } from 'node:net'
import * as encoding from 'lib0/encoding'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import * as Y from 'yjs'
import { openDatabase, type OpenDatabase } from '../../db/database.ts'
import { documentName } from '../../protocol/names.ts'
import { awareness, bytes, openRaw, sync, varUints } from './attacker.ts'
import { openCollab, setStage, startNode, type Stage } from './fixture.ts'
import { openingFrame } from './ywebsocket.ts'
import { authTypes, writeAuth } from './frames.ts'

let database: OpenDatabase
let stage: Stage
beforeAll(async () => {
  database = await openDatabase({ dataDir: 'memory://' })
  stage = await setStage(database.db)
})
afterAll(() => database.close())

const awarenessState = (count: number, client: number, state: string, clock = 1) =>
  bytes((encoder) => {
    encoding.writeVarUint(encoder, count)
    encoding.writeVarUint(encoder, client)
    encoding.writeVarUint(encoder, clock)
    encoding.writeVarString(encoder, state)
  })

/** An update of one struct: of client 7, clock 0, a child of the root "content" unless told otherwise. */
const struct = (info: number, write: (encoder: encoding.Encoder) => void) =>
  bytes((encoder) => {
    for (const number of [1, 1, 7, 0]) encoding.writeVarUint(encoder, number)
    encoding.writeUint8(encoder, info)
    write(encoder)
    encoding.writeVarUint(encoder, 0)
  })
const inContent = (kind: number, write: (encoder: encoding.Encoder) => void) =>
  struct(kind, (encoder) => {
    encoding.writeVarUint(encoder, 1)
    encoding.writeVarString(encoder, 'content')
    write(encoder)
  })

const valid = (() => {
  const document = new Y.Doc()
  document.getText('content').insert(0, 'valid')
  return Y.encodeStateAsUpdate(document)
})()

/** Frames in the form of y-websocket; /collab gets them with the name before. */
const frames: Record<string, Uint8Array | string> = {
  'a text frame': 'hello',
  'an empty frame': new Uint8Array(),
  'an endless number': new Uint8Array(100).fill(255),
  'a number that is none': new Uint8Array(300).fill(128),
  'an unknown type': varUints(99),
  'a sync status of a client': varUints(8, 1),
  'a broadcast between servers': bytes((encoder) => {
    encoding.writeVarUint(encoder, 6)
    encoding.writeVarString(encoder, 'to all')
  }),
  'a sync message without content': varUints(0, 2),
  'a sync message that is cut off': sync(2, valid).subarray(0, 12),
  'an unknown sync message': sync(9, valid),
  'bytes after the sync message': new Uint8Array([...sync(2, valid), 1]),
  'an update with bytes left over': sync(2, new Uint8Array([...valid, 1])),
  'an update that is cut off': sync(2, valid.subarray(0, -3)),
  'a million structs in seven bytes': sync(2, varUints(1, 1_000_000_000, 1, 0)),
  'a million clients': sync(2, varUints(1_000_000)),
  'a million deletions': sync(2, varUints(0, 1, 7, 1_000_000)),
  'the same client twice': sync(2, varUints(2, 1, 7, 0, 0, 1, 1, 7, 1, 0, 1, 0)),
  'a clock beyond what is counted': sync(2, varUints(1, 1, 7, 0, 0, 2 ** 52, 0)),
  'a deletion beyond what is counted': sync(2, varUints(0, 1, 7, 1, 2 ** 52, 2 ** 52)),
  'a struct of no length': sync(2, varUints(1, 1, 7, 0, 0, 0, 0)),
  'a struct of unknown kind': sync(
    2,
    inContent(15, () => undefined),
  ),
  'a shared type that does not exist': sync(
    2,
    inContent(7, (e) => encoding.writeVarUint(e, 99)),
  ),
  'a document in the document': sync(
    2,
    inContent(9, (encoder) => {
      encoding.writeVarString(encoder, 'guid')
      encoding.writeAny(encoder, {})
    }),
  ),
  'JSON that is none': sync(
    2,
    inContent(5, (e) => encoding.writeVarString(e, '{')),
  ),
  'JSON nested without end': sync(
    2,
    inContent(5, (e) => encoding.writeVarString(e, '['.repeat(50_000) + ']'.repeat(50_000))),
  ),
  'a value nested without end': sync(
    2,
    inContent(8, (encoder) => {
      encoding.writeVarUint(encoder, 1)
      for (let depth = 0; depth < 50_000; depth++)
        encoding.writeUint8Array(encoder, new Uint8Array([117, 1]))
      encoding.writeUint8(encoder, 126)
    }),
  ),
  'a struct that refers to itself': sync(
    2,
    struct(128 | 4, (encoder) => {
      encoding.writeVarUint(encoder, 7)
      encoding.writeVarUint(encoder, 0)
      encoding.writeVarString(encoder, 'a')
    }),
  ),
  'structs that wait for each other': sync(
    2,
    bytes((encoder) => {
      encoding.writeVarUint(encoder, 2)
      for (const [client, other] of [
        [9, 8],
        [8, 9],
      ] as const) {
        for (const number of [1, client, 0]) encoding.writeVarUint(encoder, number)
        encoding.writeUint8(encoder, 128 | 4)
        for (const number of [other, 0]) encoding.writeVarUint(encoder, number)
        encoding.writeVarString(encoder, 'a')
      }
      encoding.writeVarUint(encoder, 0)
    }),
  ),
  'a state vector of a million clients': sync(0, varUints(1_000_000)),
  'a state vector with bytes left over': sync(0, varUints(0, 1)),
  'awareness that is cut off': awareness(awarenessState(1, 7, '{}')).subarray(0, 5),
  'awareness of a million clients': awareness(awarenessState(1_000_000, 7, '{}')),
  'awareness that is no JSON': awareness(awarenessState(1, 7, '{')),
  'awareness nested without end': awareness(awarenessState(1, 7, '['.repeat(10_000))),
  'awareness of half a megabyte': awareness(
    awarenessState(1, 7, JSON.stringify('x'.repeat(500_000))),
  ),
  'awareness with a clock beyond what is counted': awareness(awarenessState(1, 7, '{}', 2 ** 52)),
  'awareness that is no object': awareness(awarenessState(1, 7, '[]')),
  'a frame that is too big': new Uint8Array(5 * 1024 * 1024),
}

describe('a client that sends', () => {
  test.for(Object.keys(frames))('[D5] %s is closed, and nobody else notices', async (what) => {
    const frame = frames[what]!
    const ada = await stage.person()
    const fileId = await stage.file(await stage.project({ [ada.id]: 'member' }))
    const name = documentName(fileId)
    const node = await startNode(stage)
    const innocent = openCollab(node, name, ada.id)
    await innocent.saved()

    const y = await openRaw(`${node.url}/yjs/${encodeURIComponent(name)}`, [`bearer.${ada.id}`])
    const collab = await openRaw(`${node.url}/collab`)
    collab.send(writeAuth(name, authTypes.token, ada.id))
    y.send(frame)
    collab.send(
      typeof frame === 'string'
        ? frame
        : new Uint8Array([...openingFrame(name).subarray(0, name.length + 1), ...frame]),
    )
    const closes = await Promise.all([y.closed, collab.closed])
    const code = what === 'a frame that is too big' ? 1009 : 4400
    expect(closes.map((close) => close.code)).toEqual([code, code])
    const reason = code === 4400 ? /^Not valid: / : /^$/
    for (const close of closes) expect(close.reason).toMatch(reason)

    innocent.text.insert(0, 'innocent')
    await innocent.saved()
    expect(await node.documents.readText(fileId)).toBe('innocent')
    expect(innocent.closes).toEqual([])
  })
})

test('[D5] whoever is refused and sends a damaged frame all the same ends nothing', async () => {
  const node = await startNode(stage)
  const asking = request(node.url.replace('ws', 'http') + '/yjs/x?token=none', {
    headers: {
      connection: 'Upgrade',
      upgrade: 'websocket',
      'sec-websocket-version': '13',
      'sec-websocket-key': Buffer.alloc(16).toString('base64'),
    },
  })
  asking.end()
  const [, socket] = (await once(asking, 'upgrade')) as [unknown, Socket]
  // Of a client it has to be masked.
  socket.resume().write(Buffer.from([0x81, 0]))
  await once(socket, 'close')
  const ada = await stage.person()
  const fileId = await stage.file(await stage.project({ [ada.id]: 'member' }))
  const innocent = openCollab(node, documentName(fileId), ada.id)
  await innocent.saved()
  expect(innocent.closes).toEqual([])
})
