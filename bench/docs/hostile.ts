// What people who type notice of somebody who floods the server with frames: the time from their keystroke to its ack,
// before and during it, in the same document and in another.
import { fork } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { quantiles, type Quantiles } from '../numbers.ts'
import { openClient, type Client } from './client.ts'
import { TYPISTS, type FloodKind, type FloodNews, type FloodPlan } from './flood.ts'
import type { Target } from './targets.ts'
import { writeKeystroke, writeLines } from './typing.ts'

const SECONDS = Number(process.env['BENCH_FLOOD_SECONDS'] ?? 5)
/** Of one editor, in milliseconds */
const EVERY = 100

export interface Hostile {
  kind: FloodKind
  before: Quantiles
  during: Quantiles
  /** What was never confirmed */
  lost: number
  flood: FloodNews
}

interface Typist {
  client: Client
  typed: number
  sentAt: number[]
  saved: number
}

/** People who type in turns, a keystroke each tenth of a second, and how long each takes until it is saved. */
async function openTypists({ ports: [port = 0], tokens }: Target, names: string[]) {
  let times: number[] = []
  const typists: Typist[] = []
  for (const name of names)
    for (let n = 0; n < TYPISTS; n += 1) {
      // The first update of the first makes the lines.
      const typist: Omit<Typist, 'client'> = { typed: 0, sentAt: [], saved: n === 0 ? -1 : 0 }
      const place = { wire: 'hocuspocus', port, name, token: tokens[n] ?? '' } as const
      const client = await openClient(place, {
        onSaved(at) {
          const clock = typist.saved++
          if (clock >= 0) times.push(at - (typist.sentAt[clock] ?? NaN))
        },
      })
      if (n === 0) client.send(writeLines(2 * TYPISTS))
      typists.push(Object.assign(typist, { client }))
    }
  await sleep(500)

  async function type(seconds: number): Promise<Quantiles> {
    times = []
    const begin = performance.now()
    const end = begin + seconds * 1_000
    for (let turn = 0; performance.now() < end; turn += 1) {
      const typist = typists[turn % typists.length] as Typist
      typist.sentAt[typist.typed] = performance.now()
      typist.client.send(writeKeystroke((turn % typists.length) % TYPISTS, typist.typed))
      typist.typed += 1
      await sleep(Math.max(0, begin + ((turn + 1) * EVERY) / typists.length - performance.now()))
    }
    for (let waited = 0; waiting() > 0 && waited < 10_000; waited += 20) await sleep(20)
    return quantiles(times)
  }
  const waiting = () => typists.reduce((sum, { typed, saved }) => sum + typed - saved, 0)
  return { type, waiting, close: () => typists.forEach(({ client }) => client.close()) }
}

export async function measureHostile(target: Target, kind: FloodKind): Promise<Hostile> {
  const [name = '', other = '', full = ''] = await target.createDocuments(3)
  const typists = await openTypists(target, [name, other])
  await typists.type(2)
  const before = await typists.type(SECONDS)
  // Runs when nobody else wants to: what is measured is the server, not who of two cores' processes runs.
  const attacker = fork(path.join(import.meta.dirname, 'flood.ts'), {
    execPath: 'chrt',
    execArgv: ['--idle', '0', process.execPath],
  })
  // Starting it takes processor time, which is no part of the flood.
  await once(attacker, 'message')
  const plan: FloodPlan = {
    kind,
    // Whoever types in a document that somebody fills has no room, so that is tried in a third.
    name: kind === 'text beyond the size of a document' ? full : name,
    port: target.ports[0] ?? 0,
    token: target.tokens[TYPISTS] ?? '',
    foreign: Array.from({ length: 100 }, () => `file:${crypto.randomUUID()}`),
  }
  attacker.send(plan)
  const during = await typists.type(SECONDS)
  const flood = await new Promise<FloodNews>((resolve) => {
    attacker.once('message', (news) => resolve(news as FloodNews))
    attacker.send('end')
  })
  const lost = typists.waiting()
  typists.close()
  return { kind, before, during, lost, flood }
}
