// The house rules that a machine can check: which way imports point, no barrels, no attic folders, no long files, and
// no rule of the protocol without a test.
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'

const root = path.join(import.meta.dirname, '..')
const files = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
  cwd: root,
  encoding: 'utf8',
})
  .split('\n')
  .filter((file) => /\.(ts|tsx|cjs|css)$/.test(file))
const sources = files.filter((file) => !/\.test\.tsx?$|^test\/|^bench\/|^scripts\//.test(file))

/** Folder → the folders whose files it may import, besides its own. */
const mayImport: Record<string, string[]> = {
  protocol: [],
  db: ['protocol'],
  realtime: ['protocol', 'db'],
  sfu: ['protocol', 'db'],
  server: ['protocol', 'db', 'realtime', 'sfu'],
  web: ['protocol'],
}

const importPattern = /(?:from|import)\s*\(?\s*'(\.[^']+)'/g
const importsOf = (file: string) =>
  [...readFileSync(path.join(root, file), 'utf8').matchAll(importPattern)].map(([, target]) =>
    path.normalize(path.join(path.dirname(file), target ?? '')),
  )

const isAllowed = (from: string, target: string) => {
  const folder = from.split('/')[0] ?? ''
  const targetFolder = target.split('/')[0] ?? ''
  // The browser may know the shapes that REST speaks, and nothing else of the server.
  if (folder === 'web' && /^(server\/.+|db)\/schema\.ts$/.test(target)) return true
  return targetFolder === folder || (mayImport[folder] ?? []).includes(targetFolder)
}

describe('architecture', () => {
  test('imports point one way: protocol ← db ← {realtime, sfu} ← server; web → protocol and schemas', () => {
    const wrong = sources
      .filter((file) => file.includes('/') && file.split('/')[0]! in mayImport)
      .flatMap((file) =>
        importsOf(file)
          .filter((target) => !isAllowed(file, target) && target !== 'package.json')
          .map((target) => `${file} → ${target}`),
      )
    expect(wrong).toEqual([])
  })

  test('the rule sees what it should refuse', () => {
    expect(isAllowed('realtime/chat/chat.ts', 'sfu/room.ts')).toBe(false)
    expect(isAllowed('protocol/events.ts', 'db/schema.ts')).toBe(false)
    expect(isAllowed('web/api.ts', 'server/rest.ts')).toBe(false)
    expect(isAllowed('web/api.ts', 'server/users/schema.ts')).toBe(true)
    expect(importsOf('db/access.ts')).toContain('protocol/access.ts')
  })

  test('every rule of the protocol is quoted by a test, and nothing else is', () => {
    const protocol = readFileSync(path.join(root, 'docs/PROTOCOL.md'), 'utf8')
    const rules = [...protocol.matchAll(/^- \*\*\[([A-Z]+\d+)\]\*\*/gm)].map(([, rule]) => rule)
    const titles = files
      .filter((file) => /\.test\.tsx?$/.test(file))
      .flatMap((file) => [
        ...readFileSync(path.join(root, file), 'utf8').matchAll(/['`]((?:\[[A-Z]+\d+\] )+)/g),
      ])
    const quoted = titles.flatMap(([, quotes = '']) => quotes.match(/[A-Z]+\d+/g) ?? [])
    expect(rules).toContain('D2')
    expect(new Set(quoted)).toEqual(new Set(rules))
  })

  test('no barrels and no attic folders', () => {
    const attic = /(^|\/)(utils?|helpers?|common|lib|misc)\//
    expect(files.filter((file) => /(^|\/)index\.tsx?$/.test(file) || attic.test(file))).toEqual([])
  })

  test('no file is longer than 300 lines', () => {
    const long = files.filter(
      (file) => readFileSync(path.join(root, file), 'utf8').split('\n').length > 301,
    )
    expect(long).toEqual([])
  })
})
