// What a connection costs that does nothing: joined to its project's room, answering pings.
import { fork, type ChildProcess } from 'node:child_process'
import { openClient } from './client.ts'
import { usage, type Target } from './targets.ts'

type Crowd = Pick<Target, 'wire' | 'ports' | 'tokens' | 'projectId'> & { count: number }

/** Connections that are made at the same time. */
const LANES = 20
const SETTLE = 5_000
const WATCH = 20_000
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

/** Of the server's process, after a collection of garbage: what its heap and buffers hold, in KiB. */
function held(child: ChildProcess): Promise<number> {
  child.send('memory')
  return new Promise((resolve) => child.once('message', (bytes) => resolve(Number(bytes) / 1_024)))
}

export async function measureIdle(target: Target, count: number) {
  const [server] = target.children
  if (!server) throw new Error('no server')
  const { wire, ports, tokens, projectId } = target
  const before = { held: await held(server), ...usage(server) }
  const crowd = fork(import.meta.filename)
  crowd.send({ wire, ports, tokens, projectId, count } satisfies Crowd)
  await new Promise((resolve, reject) => {
    crowd.once('message', (news: string) =>
      news === 'open' ? resolve(null) : reject(new Error(news)),
    )
  })
  await pause(SETTLE)
  const after = { held: await held(server), ...usage(server) }
  await pause(WATCH)
  const cores = (usage(server).seconds - after.seconds) / (WATCH / 1_000)
  crowd.kill()
  return {
    resident: (after.resident - before.resident) / count,
    held: (after.held - before.held) / count,
    cores,
  }
}

async function openCrowd({ wire, ports, tokens, projectId, count }: Crowd) {
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

process.once('message', (crowd: Crowd) => {
  openCrowd(crowd).then(
    () => process.send?.('open'),
    (error: unknown) => process.send?.(String(error)),
  )
})
