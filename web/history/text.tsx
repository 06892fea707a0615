// A version's whole text, with who wrote each line beside it.
import { useMemo, useState } from 'react'
import { Button } from '@mantine/core'
import type { VersionContent } from '../../server/versions/schema.ts'
import { projectColors } from '../people/color.ts'
import { useStore } from '../store.ts'
import { authorStyle } from './diff.tsx'
import { personName } from './words.ts'
import classes from './history.module.css'

interface Part {
  text: string
  userId: string | null
}

/** Lines to begin with: each is an element. */
const LINES = 3_000

function cutLines({ text, runs }: VersionContent): Part[][] {
  const lines: Part[][] = [[]]
  let at = 0
  for (const { length, userId } of runs) {
    const pieces = text.slice(at, at + length).split('\n')
    for (const [index, piece] of pieces.entries()) {
      if (index > 0) lines.push([])
      if (piece !== '') lines.at(-1)?.push({ text: piece, userId })
    }
    at += length
  }
  if (text.endsWith('\n')) lines.pop()
  return lines
}

/** Who wrote most of a line. */
function authorOf(parts: readonly Part[]): string | null {
  const lengths = new Map<string | null, number>()
  for (const { text, userId } of parts)
    lengths.set(userId, (lengths.get(userId) ?? 0) + text.length)
  return [...lengths].sort(([, a], [, b]) => b - a)[0]?.[0] ?? null
}

export function TextView({ content }: { content: VersionContent }) {
  const { people } = content
  useStore(projectColors)
  const [shown, setShown] = useState(LINES)
  const lines = useMemo(() => cutLines(content), [content])
  const authors = useMemo(() => lines.map(authorOf), [lines])
  return (
    <>
      <table className={classes.code} aria-label="Text, with who wrote it">
        <tbody>
          {lines.slice(0, shown).map((parts, index) => {
            const author = authors[index] ?? null
            const begins = index === 0 || authors[index - 1] !== author
            return (
              // oxlint-disable-next-line react/no-array-index-key -- a line is its number
              <tr key={index}>
                <td className={classes.blame} style={authorStyle(author)}>
                  {begins && parts.length > 0 && personName(people, author)}
                </td>
                <td className={classes.number}>{index + 1}</td>
                <td className={classes.text}>
                  {parts.map((part, position) => (
                    <span
                      // oxlint-disable-next-line react/no-array-index-key -- parts have no other name
                      key={position}
                      className={classes.part}
                      data-changed={part.userId !== author}
                      style={authorStyle(part.userId)}
                      title={`Written by ${personName(people, part.userId)}`}
                    >
                      {part.text}
                    </span>
                  ))}
                </td>
              </tr>
            )
          })}
        </tbody>
      </table>
      {lines.length > shown && (
        <Button variant="subtle" size="xs" m="sm" onClick={() => setShown(lines.length)}>
          {`Show ${lines.length - shown} more lines`}
        </Button>
      )}
    </>
  )
}
