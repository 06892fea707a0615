// The thread of finder.ts: reads texts out of documents, and looks for a pattern in them.
import { parentPort } from 'node:worker_threads'
import { textOf } from '../../../realtime/documents/snapshot.ts'
import { compilePattern, type Found } from './find.ts'
import type { Finding, FindWork } from './finder.ts'

parentPort?.on('message', ({ pattern, sources, limit }: FindWork) => {
  const start = performance.now()
  const find = compilePattern(pattern)
  let left = limit
  const found: Found[][] = []
  const texts: Finding['texts'] = []
  for (const source of sources) {
    const text = typeof source === 'string' ? source : textOf(source)
    texts.push(typeof source === 'string' ? null : text)
    const matches = left > 0 ? find(text, left) : []
    left -= matches.length
    found.push(matches)
  }
  parentPort?.postMessage({ found, texts, took: performance.now() - start } satisfies Finding)
})
