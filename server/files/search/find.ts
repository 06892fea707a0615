// Finds a pattern in a text, line by line. Patterns of people are RE2: they take time in proportion to the text.
import { RE2JS, type RE2JSSyntaxException } from 're2js'
import type { FileMatch, FileSearch } from './schema.ts'

export type Pattern = Pick<FileSearch, 'q' | 'regex' | 'case' | 'word'>
export type Found = Omit<FileMatch, 'fileId' | 'path'>
export type Find = (text: string, limit: number) => Found[]

/** Why `q` is no pattern, for people */
export interface Problem {
  message: string
  /** From 0 */
  position: number
}

/** As much of a line as a match shows, and of it before the match. */
const MAX_TEXT = 240
const BEFORE = 60

type Spans = (line: string) => Iterable<readonly [start: number, end: number]>

/** These mean the ends of the text and not of its lines: the text as a whole does not tell whether a line matches. */
const aboutWhole = /\\[Az]|\(\?[a-zA-Z-]*m/

function compileRe2({ q, case: isExact }: Pattern) {
  const flags = isExact === 'true' ? 0 : RE2JS.CASE_INSENSITIVE
  const pattern = RE2JS.compile(q, flags)
  const whole = RE2JS.compile(q, flags | RE2JS.MULTILINE)
  const spans: Spans = function* (line) {
    const matcher = pattern.matcher(line)
    while (matcher.find()) yield [matcher.start(), matcher.end()]
  }
  const mayMatch = (text: string) => {
    if (aboutWhole.test(q)) return true
    return whole.test(text.includes('\r') ? text.replaceAll(/\r\n?/g, '\n') : text)
  }
  return { mayMatch, spans }
}

function compileText({ q, case: isExact }: Pattern) {
  const source = q.replaceAll(/[$()*+./?[\\\]^{|}]/g, String.raw`\$&`)
  const flags = isExact === 'true' ? 'u' : 'iu'
  const any = new RegExp(source, flags)
  const all = new RegExp(source, `g${flags}`)
  const spans: Spans = function* (line) {
    for (const match of line.matchAll(all)) yield [match.index, match.index + match[0].length]
  }
  return { mayMatch: (text: string) => any.test(text), spans }
}

const wordBefore = /[\p{L}\p{M}\p{N}_]$/u
const wordAfter = /^[\p{L}\p{M}\p{N}_]/u
const isWord = (line: string, start: number, end: number) =>
  !wordBefore.test(line.slice(Math.max(start - 2, 0), start)) &&
  !wordAfter.test(line.slice(end, end + 2))

function show(line: string, start: number) {
  if (line.length <= MAX_TEXT) return { text: line, textColumn: 1 }
  const from = Math.max(0, Math.min(start - BEFORE, line.length - MAX_TEXT))
  return { text: line.slice(from, from + MAX_TEXT).toWellFormed(), textColumn: from + 1 }
}

/** @throws RE2JSSyntaxException for a bad pattern, which explain() puts in words */
export function compilePattern(pattern: Pattern): Find {
  const { mayMatch, spans } = pattern.regex === 'true' ? compileRe2(pattern) : compileText(pattern)
  return (text, limit) => {
    const found: Found[] = []
    if (!mayMatch(text)) return found
    for (const [index, line] of text.split(/\r\n|\r|\n/).entries()) {
      for (const [start, end] of spans(line)) {
        if (start === end || (pattern.word === 'true' && !isWord(line, start, end))) continue
        const length = end - start
        found.push({ line: index + 1, column: start + 1, length, ...show(line, start) })
        if (found.length >= limit) return found
      }
    }
    return found
  }
}

export function explain(q: string, { error, input }: RE2JSSyntaxException): Problem {
  // It names the rest of the pattern from where it is wrong, or all of it, behind its flags; of an open bracket, all too.
  const isWhole = input?.endsWith(q) ?? false
  const rest = isWhole ? (error.includes('missing') ? '' : q) : (input ?? '')
  const position = rest === '' ? q.length : q.indexOf(rest)
  const where = `at character ${position + 1}${rest && `, ${rest}`}`
  return { message: `not a regular expression: ${error} ${where}`, position }
}
