// One server under one load: what the load saw, and what each process of theirs took of the processors.
import { fork } from 'node:child_process'
import path from 'node:path'
import { usage } from '../servers.ts'
import type { LoadPlan, LoadResult } from './load.ts'
import type { Target } from './targets.ts'

export const SECONDS = Number(process.env['BENCH_SECONDS'] ?? 5)
/** Enough that no sender meets the limit of requests per socket */
const SENDERS = 150

export interface Measured {
  result: LoadResult
  /** Of each process, the load last */
  cores: number[]
}

export async function measure(target: Target, plan: Partial<LoadPlan> & { receivers: number }) {
  const { wire, ports, tokens, projectId } = target
  const load = fork(path.join(import.meta.dirname, 'load.ts'))
  const full: LoadPlan = {
    wire,
    ports,
    tokens,
    projectId,
    senders: SENDERS,
    seconds: SECONDS,
    inFlight: 50,
    ...plan,
  }
  let before: number[] = []
  const spent = () => [...target.children, load].map((child) => usage(child).seconds)
  return new Promise<Measured>((resolve, reject) => {
    load.send(full)
    load.on('message', (news: 'measuring' | { result: LoadResult } | { error: string }) => {
      if (news === 'measuring') before = spent()
      else if ('error' in news) reject(new Error(news.error))
      else {
        const { result } = news
        const cores = spent().map((now, n) => (now - (before[n] ?? 0)) / result.seconds)
        resolve({ result, cores })
      }
    })
    load.once('exit', () => reject(new Error('the load ended')))
  })
}
