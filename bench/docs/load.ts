// The load, in a process of its own: editors who type into documents, as fast as it goes and then at a steady rate.
// In each document the first and the last who joined look at every update ("another screen"); the rest only read.
import * as Y from 'yjs'
import { quantiles, type Quantiles } from '../numbers.ts'
import { openClient, type Client } from './client.ts'
import type { Target } from './targets.ts'
import { clientOf, textOf, writeKeystroke, writeLines } from './typing.ts'

export interface LoadPlan extends Pick<Target, 'wire' | 'ports' | 'tokens' | 'confirms'> {
  documents: string[]
  /** Per document */
  editors: number
  seconds: number
  /** Keystrokes that are under way at any time, as fast as it goes */
  inFlight: number
  /** Keystrokes a second of all together, at a steady rate */
  rate: number
}

export interface Typing {
  keystrokes: number
  /** From the first keystroke until everybody watched had the last one, and it was saved */
  seconds: number
  /** Milliseconds from a keystroke to another screen */
  screen: Quantiles
  /** … until the server said that it is saved */
  saved: Quantiles
}

export type LoadNews =
  | { phase: 'fast' | 'steady'; news: 'begins' }
  | { phase: 'fast' | 'steady'; news: 'ended'; typing: Typing }
  | { news: 'checked' }
  | { news: 'failed'; error: string }

/** Connections that are opened at the same time. */
const LANES = 20
const WARM_UP = 500
const PATIENCE = 20_000
const CHECKED_DOCUMENTS = 3
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

interface Editor {
  client: Client
  typed: number
  /** When each keystroke was typed, how many have yet to see it or to save it */
  sentAt: number[]
  waiting: number[]
  /** Keystrokes that are known to be saved */
  saved: number
}

interface Desk {
  name: string
  editors: Editor[]
  /** Everything that the watching editors were sent */
  received: Uint8Array[][]
  lines: number
}

async function until(condition: () => boolean, what: string) {
  for (const start = Date.now(); !condition(); await pause(10))
    if (Date.now() - start > PATIENCE) throw new Error(`waited in vain for ${what}`)
}

async function runLoad(plan: LoadPlan, tell: (news: LoadNews) => unknown) {
  const { wire, ports, tokens, confirms, documents, editors, seconds, inFlight, rate } = plan
  const pick = <Item>(list: Item[], n: number) => list[n % list.length] as Item
  const watching = editors > 1 ? [0, editors - 1] : [0]
  let underWay = 0
  let screen: number[] = []
  let saved: number[] = []
  let onFree: (() => void) | undefined

  function settle(editor: Pick<Editor, 'waiting'>, clock: number) {
    const left = (editor.waiting[clock] ?? 0) - 1
    editor.waiting[clock] = left
    if (left > 0) return
    underWay -= 1
    onFree?.()
  }

  function see(desk: Desk, watcher: number, update: Uint8Array, at: number) {
    const own = clientOf(watcher)
    desk.received[watcher === 0 ? 0 : 1]?.push(update.slice())
    for (const { id, length } of Y.decodeUpdate(update).structs) {
      if (id.client === own) continue
      if (id.client < clientOf(0)) {
        desk.lines += 1
        continue
      }
      const editor = desk.editors[id.client - clientOf(0)]
      if (!editor) throw new Error('typing of nobody')
      for (let clock = id.clock; clock < id.clock + length; clock += 1) {
        screen.push(at - (editor.sentAt[clock] ?? NaN))
        settle(editor, clock)
      }
    }
  }

  async function openDesk(name: string, index: number): Promise<Desk> {
    const desk: Desk = { name, editors: [], received: [[], []], lines: 0 }
    for (let n = 0; n < editors; n += 1) {
      const listener = {
        onSaved: (at: number) => {
          const { saved: clock } = editor
          // The first update of the first editor made the lines.
          if (n === 0 && clock < 0) return void (editor.saved += 1)
          editor.saved += 1
          saved.push(at - (editor.sentAt[clock] ?? NaN))
          settle(editor, clock)
        },
        ...(watching.includes(n) && {
          onUpdate: (update: Uint8Array, at: number) => see(desk, n, update, at),
        }),
      }
      const editor: Omit<Editor, 'client'> = {
        typed: 0,
        sentAt: [],
        waiting: [],
        saved: n === 0 ? -1 : 0,
      }
      const place = { wire, name, port: pick(ports, n), token: pick(tokens, index + n) }
      const client = await openClient(place, listener)
      desk.editors.push(Object.assign(editor, { client }))
    }
    desk.editors[0]?.client.send(writeLines(editors))
    await until(() => desk.lines === watching.length, `the lines of ${name}`)
    return desk
  }

  const desks: Desk[] = []
  let next = 0
  const lane = async () => {
    while (next < documents.length) {
      const index = next++
      desks[index] = await openDesk(pick(documents, index), index)
    }
  }
  await Promise.all(Array.from({ length: LANES }, lane))

  /** In turn, so that neighbours in time are in different documents. */
  let turn = 0
  function type() {
    const desk = pick(desks, turn)
    const number = Math.floor(turn / desks.length) % editors
    const editor = desk.editors[number] as Editor
    turn += 1
    const clock = editor.typed++
    editor.waiting[clock] =
      watching.filter((watcher) => watcher !== number).length + (confirms ? 1 : 0)
    editor.sentAt[clock] = performance.now()
    underWay += 1
    editor.client.send(writeKeystroke(number, clock))
  }

  async function typeFast(end: number) {
    onFree = () => {
      if (performance.now() < end) type()
    }
    for (let n = 0; n < inFlight; n += 1) type()
    await pause(end - performance.now())
    onFree = undefined
  }

  async function typeSteadily(end: number) {
    const begin = performance.now()
    for (let due = 0; performance.now() < end; await pause(2))
      for (; due < ((performance.now() - begin) * rate) / 1_000; due += 1) type()
  }

  const keystrokes = () =>
    desks.reduce((sum, desk) => desk.editors.reduce((n, { typed }) => n + typed, sum), 0)
  const settled = () => until(() => underWay === 0, 'keystrokes to be seen and saved')

  async function measure(phase: 'fast' | 'steady', run: (end: number) => Promise<void>) {
    await run(performance.now() + WARM_UP)
    await settled()
    screen = []
    saved = []
    const before = keystrokes()
    tell({ phase, news: 'begins' })
    const begin = performance.now()
    await run(begin + seconds * 1_000)
    const end = performance.now()
    await settled()
    const typing = {
      keystrokes: keystrokes() - before,
      // What was under way at the end took its time too; the wait between two looks is not counted.
      seconds: (end - begin + Math.max(0, ...saved.slice(-1), ...screen.slice(-1))) / 1_000,
      screen: quantiles(screen),
      saved: quantiles(saved),
    }
    tell({ phase, news: 'ended', typing })
  }

  /** Whoever watched, and somebody who comes now, must have exactly what was typed. */
  async function check({ name, editors: typists, received }: Desk) {
    const expected = textOf(typists.map(({ typed }) => typed))
    const parts: Uint8Array[] = []
    const place = { wire, name, port: pick(ports, 1), token: pick(tokens, 0) }
    const late = await openClient(place, { onUpdate: (update) => parts.push(update.slice()) })
    await until(() => parts.length > 0, 'the answer to a late comer')
    late.close()
    for (const updates of [...received.slice(0, watching.length), parts]) {
      const document = new Y.Doc()
      document.transact(() => updates.forEach((update) => Y.applyUpdate(document, update)))
      const text = document.getText('content').toJSON()
      if (text !== expected) throw new Error(`${name} is not what was typed:\n${text}\n${expected}`)
      document.destroy()
    }
  }

  await measure('fast', typeFast)
  await measure('steady', typeSteadily)
  for (const desk of desks.slice(0, CHECKED_DOCUMENTS)) await check(desk)
  for (const desk of desks) for (const { client } of desk.editors) client.close()
  tell({ news: 'checked' })
}

process.once('message', (plan: LoadPlan) => {
  const tell = (news: LoadNews) => process.send?.(news)
  runLoad(plan, tell).then(
    () => process.disconnect?.(),
    (error: unknown) =>
      process.send?.({ news: 'failed', error: String(error) }, () => process.exit(1)),
  )
})
