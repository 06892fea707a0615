// Everybody comes back at once, as after a restart: all connections join the project's room in the same moment, while
// somebody goes on writing in it.
import { fork } from 'node:child_process'
import { quantiles, type Quantiles } from '../numbers.ts'
import { usage } from '../servers.ts'
import { openClient, type Client } from './client.ts'
import type { Target } from './targets.ts'

type Crowd = Pick<Target, 'wire' | 'ports' | 'tokens' | 'projectId'>
type Order = Crowd & { count: number }

export interface StormResult {
  /** Milliseconds until the first half, and all, were in */
  half: number
  all: number
  /** Milliseconds that a send took meanwhile */
  ack: Quantiles
  refused: number
  /** Of one answer to join_project */
  bytes: number
}

/** Connections that are opened at the same time. */
const LANES = 20
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

export async function measureStorm(
  { wire, ports, tokens, projectId, children }: Target,
  count: number,
) {
  const crowd = fork(import.meta.filename)
  const spent = () => children.reduce((sum, child) => sum + usage(child).seconds, 0)
  const next = () =>
    new Promise<unknown>((resolve, reject) => {
      crowd.once('message', resolve)
      crowd.once('exit', () => reject(new Error('the load ended')))
    })
  crowd.send({ wire, ports, tokens, projectId, count } satisfies Order)
  const opened = await next()
  if (opened !== 'open') throw new Error(String(opened))
  const before = spent()
  crowd.send('join')
  const result = await next()
  if (typeof result === 'string') throw new Error(result)
  crowd.kill()
  return { ...(result as StormResult), processor: spent() - before }
}

async function openCrowd({ wire, ports, tokens, projectId, count }: Order) {
  const pick = <Item>(list: Item[], n: number) => list[n % list.length] as Item
  const clients: Client[] = []
  let opened = 0
  const lane = async () => {
    while (opened < count + 1) {
      const n = opened++
      clients.push(await openClient(wire, pick(ports, n), pick(tokens, n), () => undefined))
    }
  }
  await Promise.all(Array.from({ length: LANES }, lane))
  const [sender, ...others] = clients
  if (!sender) throw new Error('no sender')
  await sender.request('join_project', { projectId })
  return async (): Promise<StormResult> => {
    const begin = performance.now()
    const times: number[] = []
    let refused = 0
    const sends: Promise<number>[] = []
    const joins = others.map(async (client) => {
      await client.request('join_project', { projectId })
      times.push(performance.now() - begin)
    })
    const all = Promise.all(joins)
    let isOver = false
    void all.finally(() => (isOver = true))
    const send = async (n: number) => {
      const at = performance.now()
      const payload = { projectId, message: 'Is anybody here?', nonce: `${process.pid}-${n}` }
      await sender.request('send_message', payload).catch(() => (refused += 1))
      return performance.now() - at
    }
    while (!isOver) {
      sends.push(send(sends.length))
      await pause(50)
    }
    await all
    return {
      half: times[Math.floor(times.length / 2)] ?? NaN,
      all: times.at(-1) ?? NaN,
      ack: quantiles(await Promise.all(sends)),
      refused,
      bytes: Math.max(...others.map(({ longest }) => longest())),
    }
  }
}

if (process.send) {
  process.once('message', (order: Order) => {
    openCrowd(order).then(
      (join) => {
        process.send?.('open')
        process.once('message', () => {
          join().then(
            (result) => process.send?.(result),
            (error: unknown) => process.send?.(String(error)),
          )
        })
      },
      (error: unknown) => process.send?.(String(error)),
    )
  })
}
