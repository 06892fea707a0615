// The thread of trial.ts.
import { parentPort, workerData } from 'node:worker_threads'
import * as Y from 'yjs'
import type { TrialStep, TrialWork } from './trial.ts'

const { state, update } = workerData as TrialWork
const tell = (step: TrialStep) => parentPort?.postMessage(step)

const document = new Y.Doc()
Y.applyUpdate(document, state)
tell('started')
Y.applyUpdate(document, update)
tell('done')
