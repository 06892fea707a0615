// The thread of finder.ts: sifts paths, reads texts out of documents, and looks for a pattern in them.
import { parentPort } from 'node:worker_threads'
import { RE2JSSyntaxException } from 're2js'
import { textOf } from '../../../realtime/documents/snapshot.ts'
import { compilePattern, explain, type Found } from './find.ts'
import type { BadPattern, Finding, FindWork, Sifted, SiftWork } from './finder.ts'
import { compileGlobs } from './glob.ts'

function sift({ include, paths }: SiftWork): Sifted {
  const start = performance.now()
  const kept = paths.map(compileGlobs(include))
  return { kept, took: performance.now() - start }
}

function find({ pattern, sources, limit }: FindWork): Finding {
  const start = performance.now()
  const findIn = compilePattern(pattern)
  let left = limit
  const found: Found[][] = []
  const texts: Finding['texts'] = []
  for (const source of sources) {
    const text = typeof source === 'string' ? source : textOf(source)
    texts.push(typeof source === 'string' ? null : text)
    const matches = left > 0 ? findIn(text, left) : []
    left -= matches.length
    found.push(matches)
  }
  return { found, texts, took: performance.now() - start }
}

function findOrExplain(work: FindWork): Finding | BadPattern {
  try {
    return find(work)
  } catch (error) {
    if (!(error instanceof RE2JSSyntaxException)) throw error
    return { problem: explain(work.pattern.q, error) }
  }
}

parentPort?.on('message', (work: SiftWork | FindWork) => {
  parentPort?.postMessage('paths' in work ? sift(work) : findOrExplain(work))
})
