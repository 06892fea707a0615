// Digests one document, away from the thread that serves people.
import { parentPort, workerData } from 'node:worker_threads'
import { makeDigest, type DigestWork } from './digest.ts'

parentPort?.postMessage(makeDigest(workerData as DigestWork))
