// Patterns for paths: `*` and `?` within a name, `**` across folders, `{a,b}`, several with commas. Written as RE2
// patterns, so that none takes time beyond all proportion; long ones do take a while.
import { RE2JS } from 're2js'
import { AppError } from '../../../protocol/errors.ts'

/** Splits at the commas that are in no braces. */
function splitGlobs(globs: string): string[] {
  const parts = ['']
  let depth = 0
  for (const char of globs) {
    if (char === '{') depth++
    if (char === '}') depth--
    if (char === ',' && depth === 0) parts.push('')
    else parts[parts.length - 1] += char
  }
  return parts.map((part) => part.trim()).filter((part) => part !== '')
}

const token = /\*\*\/|\*+|[?{},]|[^*?{},]+/g

function translate(glob: string): string {
  const path = glob.replace(/^\.?\//, '').replace(/\/+$/, '')
  let depth = 0
  const parts = (path.match(token) ?? []).map((part) => {
    if (part === '**/') return '(?:.*/)?'
    if (part === '*') return '[^/]*'
    if (part.startsWith('*')) return '.*'
    if (part === '?') return '[^/]'
    if (part === ',' && depth > 0) return '|'
    if (part === '{') return (depth++, '(?:')
    if (part === '}' && depth > 0) return (depth--, ')')
    return RE2JS.quote(part)
  })
  if (depth > 0) throw new AppError('VALIDATION_ERROR', `include: ${glob} lacks a closing }`)
  const anywhere = path.includes('/') ? '' : '(?:.*/)?'
  return `${anywhere}${parts.join('')}(?:/.*)?`
}

/**
 * @returns a pattern for compileGlobs()
 * @throws AppError VALIDATION_ERROR
 */
export const translateGlobs = (globs: string): string =>
  splitGlobs(globs)
    .map((glob) => `(?:${translate(glob)})`)
    .join('|')

/** For the thread: of some patterns, a single path takes 50 ms. */
export function compileGlobs(pattern: string): (path: string) => boolean {
  const compiled = RE2JS.compile(pattern, RE2JS.DOTALL)
  return (path) => compiled.testExact(path)
}
