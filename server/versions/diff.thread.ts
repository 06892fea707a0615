// Compares two texts, away from the thread that serves people.
import { parentPort, workerData } from 'node:worker_threads'
import type { CompareWork } from './compare.ts'
import { compareContents } from './diff.ts'

const { from, to, context } = workerData as CompareWork
parentPort?.postMessage(compareContents(from, to, context))
