// One server under one load: what the load saw, and what each process of theirs took of the processors.
import { fork } from 'node:child_process'
import path from 'node:path'
import { usage } from '../servers.ts'
import type { LoadNews, LoadPlan, Typing } from './load.ts'
import type { Target } from './targets.ts'

export const SECONDS = Number(process.env['BENCH_SECONDS'] ?? 2)
const IN_FLIGHT = 100
/** Of one editor */
const KEYSTROKES_A_SECOND = 5
/** What the load and a bare server can bear on two cores: keystrokes times editors, a second */
const MAX_DELIVERIES = 50_000

export interface Measured {
  typing: Typing
  /** Of each process, the load last */
  cores: number[]
}

export interface Both {
  fast: Measured
  steady: Measured
}

export const steadyRate = (documents: number, editors: number) =>
  Math.min(documents * editors * KEYSTROKES_A_SECOND, MAX_DELIVERIES / editors)

/** Opens the documents, types as fast as it goes, then steadily, and looks whether all of it arrived. */
export async function measure(target: Target, documents: number, editors: number): Promise<Both> {
  const { wire, ports, tokens, confirms } = target
  const load = fork(path.join(import.meta.dirname, 'load.ts'))
  const plan: LoadPlan = {
    wire,
    ports,
    tokens,
    confirms,
    documents: await target.createDocuments(documents),
    editors,
    seconds: SECONDS,
    inFlight: IN_FLIGHT,
    rate: steadyRate(documents, editors),
  }
  const spent = () => [...target.children, load].map((child) => usage(child).seconds)
  const found: Partial<Both> = {}
  let before: number[] = []
  return new Promise((resolve, reject) => {
    load.send(plan)
    load.on('message', (message: LoadNews) => {
      switch (message.news) {
        case 'begins':
          before = spent()
          return
        case 'ended': {
          const { phase, typing } = message
          const cores = spent().map((now, n) => (now - (before[n] ?? 0)) / typing.seconds)
          found[phase] = { typing, cores }
          return
        }
        case 'checked':
          return resolve(found as Both)
        case 'failed':
          return reject(new Error(`${target.name}: ${message.error}`))
      }
    })
    load.once('exit', () => reject(new Error('the load ended')))
  })
}
