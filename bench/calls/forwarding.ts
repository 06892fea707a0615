// One room under load: what arrived and how late, and what the worker and the process beside it took.
import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'
import { quantiles, type Quantiles } from '../numbers.ts'
import { secondsOf } from './processes.ts'
import type { LoadNews, LoadPlan, SfuNews, SfuPlan } from './plan.ts'

export interface Forwarded {
  consumers: number
  delay: Quantiles
  /** Share of the packets */
  lost: number
  /** Cores */
  worker: number
  node: number
  load: number
  /** KiB that a peer takes with all that it sends and receives: resident; of heap and buffers */
  workerMemory: number
  nodeMemory: number
  /** How late the load sent at worst, milliseconds */
  behind: number
}

const BITRATE = 500_000
const here = (script: string) => path.join(import.meta.dirname, script)

export async function measureForwarding(
  kind: 'bare' | 'ours',
  peers: number,
  seconds: number,
): Promise<Forwarded> {
  const sfu = fork(here('sfu.ts'), [kind], { execArgv: ['--expose-gc'] })
  const load = fork(here('load.ts'))
  try {
    const tell = (plan: LoadPlan) => load.send(plan)
    const hear = async (from: ChildProcess) => (await once(from, 'message'))[0] as unknown
    tell({ kind: 'open', peers })
    const opened = (await hear(load)) as Extract<LoadNews, { kind: 'opened' }>
    sfu.send({ ports: opened.ports } satisfies SfuPlan)
    const { sendPorts, workerPid, memory } = (await hear(sfu)) as SfuNews
    const pids = [workerPid, sfu.pid, load.pid]
    const spent = () => pids.map(secondsOf)
    tell({ kind: 'send', sendPorts, bitrate: BITRATE, warmUp: 1, seconds })
    await hear(load)
    // Listened for from now on: it may come while the processor is read.
    const finished = hear(load)
    const before = spent()
    const started = performance.now()
    await new Promise((resolve) => setTimeout(resolve, seconds * 1_000))
    const elapsed = (performance.now() - started) / 1_000
    const after = spent()
    const cores = after.map((now, n) => (now - (before[n] ?? 0)) / elapsed)
    const done = (await finished) as Extract<LoadNews, { kind: 'done' }>
    const [worker = NaN, node = NaN, ofLoad = NaN] = cores
    return {
      consumers: peers * (peers - 1),
      delay: quantiles(done.delays),
      lost: 1 - done.received / done.sent,
      worker,
      node,
      load: ofLoad,
      workerMemory: memory.worker / peers,
      nodeMemory: memory.node / peers,
      behind: done.behind,
    }
  } finally {
    load.kill('SIGKILL')
    sfu.disconnect()
  }
}
