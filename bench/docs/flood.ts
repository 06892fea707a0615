// Somebody who means no good: sends one kind of frames over a few connections as fast as the server reads them, and
// comes back when it is shut out. A process of its own.
import * as encoding from 'lib0/encoding'
import { WebSocket } from 'ws'
import * as Y from 'yjs'
import { writeKeystroke } from './typing.ts'

export interface FloodPlan {
  kind: FloodKind
  port: number
  /** Name of the document */
  name: string
  /** Documents that this person may not open */
  foreign: string[]
  token: string
}

export interface FloodNews {
  frames: number
  /** Connections that the server ended */
  ended: number
}

/** Each with a line of its own in the document, after those of the people */
const CONNECTIONS = 4
/** People in the document */
export const TYPISTS = 5
const MAX_BUFFERED = 1024 * 1024
const FRAMES_AT_ONCE = 200
const [SYNC, AWARENESS, AUTH, CLOSE] = [0, 1, 2, 7]

const bytes = (write: (encoder: encoding.Encoder) => void) => encoding.encode(write)
const varUints = (...numbers: number[]) =>
  bytes((encoder) => numbers.forEach((number) => encoding.writeVarUint(encoder, number)))

function frame(name: string, type: number, ...parts: (number | string | Uint8Array)[]) {
  return bytes((encoder) => {
    encoding.writeVarString(encoder, name)
    encoding.writeVarUint(encoder, type)
    for (const part of parts)
      if (typeof part === 'number') encoding.writeVarUint(encoder, part)
      else if (typeof part === 'string') encoding.writeVarString(encoder, part)
      else encoding.writeVarUint8Array(encoder, part)
  })
}

const pasted = (() => {
  const document = new Y.Doc()
  document.getText('content').insert(0, 'x'.repeat(1024 * 1024))
  return { v1: Y.encodeStateAsUpdate(document), v2: Y.encodeStateAsUpdateV2(document) }
})()

const awarenessOf = (client: number, clock: number) =>
  bytes((encoder) => {
    encoding.writeVarUint(encoder, 1)
    encoding.writeVarUint(encoder, client)
    encoding.writeVarUint(encoder, clock)
    encoding.writeVarString(encoder, JSON.stringify({ user: { name: 'x'.repeat(1_000) } }))
  })

/** The n-th frame of a connection whose number is `me`. */
type MakeFrame = (plan: FloodPlan, n: number, me: number) => Uint8Array | undefined

const kinds = {
  'nothing, for comparison': () => undefined,
  'declared counts beyond the bytes': ({ name }) =>
    frame(name, SYNC, 2, varUints(1, 1_000_000_000, 1, 0)),
  'gaps that nothing fills': ({ name }, n, me) =>
    frame(name, SYNC, 2, writeKeystroke(1_000 + me, 2 * n + 1)),
  'merges in the encoding of V2': ({ name }) => frame(name, SYNC, 2, pasted.v2),
  'frames that are cut off': ({ name }) => frame(name, SYNC, 2, pasted.v1).subarray(0, 40),
  'frames of no known kind': ({ name }) => frame(name, 99),
  'awareness of others': ({ name }, n) => frame(name, AWARENESS, awarenessOf(1, n)),
  'awareness of one’s own': ({ name }, n, me) =>
    frame(name, AWARENESS, awarenessOf(5_000 + me, n + 1)),
  'documents of others': ({ foreign, token }, n) =>
    frame(foreign[n % foreign.length] ?? '', AUTH, 0, token),
  'text beyond the size of a document': ({ name }, n, me) => {
    const document = new Y.Doc({ gc: false })
    document.clientID = 9_000_000 + 100_000 * me + n
    document.getText('content').insert(0, 'x'.repeat(256 * 1024))
    return frame(name, SYNC, 2, Y.encodeStateAsUpdate(document))
  },
  'questions for all there is': ({ name }) => frame(name, SYNC, 0, varUints(0)),
  'opening and closing': ({ name, token }, n) =>
    n % 2 === 0 ? frame(name, CLOSE) : frame(name, AUTH, 0, token),
  'valid keystrokes': ({ name }, n, me) => frame(name, SYNC, 2, writeKeystroke(me + TYPISTS, n)),
} satisfies Record<string, MakeFrame>

export type FloodKind = keyof typeof kinds
export const floodKinds = Object.keys(kinds) as FloodKind[]

function flood(plan: FloodPlan) {
  const news: FloodNews = { frames: 0, ended: 0 }
  const next: MakeFrame = kinds[plan.kind]

  function open(me: number) {
    const socket = new WebSocket(`ws://127.0.0.1:${plan.port}/collab`)
    let n = 0
    socket.on('error', () => undefined)
    socket.on('open', () => {
      socket.send(frame(plan.name, AUTH, 0, plan.token))
      send()
    })
    socket.on('close', () => {
      news.ended += 1
      setTimeout(() => open(me), 10)
    })
    function send() {
      if (socket.readyState !== socket.OPEN) return
      for (let sent = 0; sent < FRAMES_AT_ONCE && socket.bufferedAmount < MAX_BUFFERED; sent += 1) {
        const data = next(plan, n, me)
        if (!data) return
        socket.send(data)
        n += 1
        news.frames += 1
      }
      setTimeout(send, 1)
    }
  }

  for (let me = 0; me < CONNECTIONS; me += 1) open(me)
  process.once('message', () => process.send?.(news, () => process.exit()))
}

if (process.send) {
  process.send('ready')
  process.once('message', (plan: FloodPlan) => flood(plan))
}
