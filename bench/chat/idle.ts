// What a connection costs that does nothing: joined to its project's room, answering pings.
import { fork } from 'node:child_process'
import { held, usage } from '../servers.ts'
import { openClient } from './client.ts'
import type { Target } from './targets.ts'

type Crowd = Pick<Target, 'wire' | 'ports' | 'tokens' | 'projectId'>
type Order = Crowd & { count: number }

/** Connections that are made at the same time. */
const LANES = 20
const SETTLE = 5_000
const WATCH = 20_000
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

/** The first tenth warms up: what the server needs in any case is not counted. */
export async function measureIdle(target: Target, count: number) {
  const [server] = target.children
  if (!server) throw new Error('no server')
  const { wire, ports, tokens, projectId } = target
  const crowd = fork(import.meta.filename)
  const open = async (more: number) => {
    crowd.send({ wire, ports, tokens, projectId, count: more } satisfies Order)
    const news = await new Promise((resolve) => crowd.once('message', resolve))
    if (news !== 'open') throw new Error(String(news))
    await pause(SETTLE)
    return { held: await held(server), ...usage(server) }
  }
  const warm = Math.round(count / 10)
  const before = await open(warm)
  const after = await open(count - warm)
  await pause(WATCH)
  const cores = (usage(server).seconds - after.seconds) / (WATCH / 1_000)
  crowd.kill()
  return {
    resident: (after.resident - before.resident) / (count - warm),
    held: (after.held - before.held) / (count - warm),
    cores,
  }
}

async function openCrowd({ wire, ports, tokens, projectId, count }: Order) {
  let opened = 0
  const lane = async () => {
    while (opened < count) {
      const n = opened++
      const client = await openClient(
        wire,
        ports[n % ports.length] ?? 0,
        tokens[n % tokens.length] ?? '',
        () => undefined,
      )
      await client.request('join_project', { projectId })
    }
  }
  await Promise.all(Array.from({ length: LANES }, lane))
}

process.on('message', (order: Order) => {
  openCrowd(order).then(
    () => process.send?.('open'),
    (error: unknown) => process.send?.(String(error)),
  )
})
