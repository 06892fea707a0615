// What changed from one version to another: removed and added lines, each part in the colour of who wrote it.
import { Fragment } from 'react'
import { Button, Text } from '@mantine/core'
import type { CSSProperties } from 'react'
import type { PublicUser } from '../../protocol/events.ts'
import type { DiffHunk, DiffLine, DiffPart, FileDiff } from '../../server/versions/schema.ts'
import { personColor, projectColors } from '../people/color.ts'
import { useStore } from '../store.ts'
import { personName } from './words.ts'
import classes from './history.module.css'

interface Props {
  diff: FileDiff
  /** null: all lines are shown */
  onAll: (() => void) | null
}

const signs = { same: '', removed: '−', added: '+' } as const

export const authorStyle = (userId: string | null) =>
  ({ '--author': userId === null ? 'var(--text-faint)' : personColor(userId) }) as CSSProperties

export function DiffView({ diff, onAll }: Props) {
  const { hunks, people, cut } = diff
  useStore(projectColors)
  if (hunks.length === 0)
    return (
      <Text size="sm" c="dimmed" p="lg">
        Nothing differs.
      </Text>
    )
  return (
    <>
      <table className={classes.code} aria-label="Changes">
        <tbody>
          {hunks.map((hunk, index) => (
            <Fragment key={`${hunk.fromLine} ${hunk.toLine}`}>
              {skipped(hunks, index) > 0 && (
                <tr className={classes.skipped}>
                  <td colSpan={4}>{equalLines(skipped(hunks, index))}</td>
                </tr>
              )}
              {hunk.lines.map((line) => (
                <Line key={`${line.from} ${line.to}`} line={line} people={people} />
              ))}
            </Fragment>
          ))}
        </tbody>
      </table>
      {cut && (
        <Text size="sm" c="dimmed" p="md">
          There is more; only the first 20,000 lines are shown.
        </Text>
      )}
      {onAll && (
        <Button variant="subtle" size="xs" m="sm" onClick={onAll}>
          Show all lines
        </Button>
      )}
    </>
  )
}

/** Lines between this hunk and the one before it. */
function skipped(hunks: readonly DiffHunk[], index: number): number {
  const before = hunks[index - 1]
  const end = before ? before.toLine + before.lines.filter(({ to }) => to !== null).length : 0
  return (hunks[index]?.toLine ?? 0) - end
}

const equalLines = (count: number) =>
  `${count.toLocaleString('en')} equal ${count === 1 ? 'line' : 'lines'}`

function Line({ line, people }: { line: DiffLine; people: readonly PublicUser[] }) {
  const { kind, from, to, parts } = line
  return (
    <tr data-kind={kind}>
      <td className={classes.number}>{from}</td>
      <td className={classes.number}>{to}</td>
      <td className={classes.sign} aria-label={kind}>
        {signs[kind]}
      </td>
      <td className={classes.text}>
        {parts.map((part, index) => (
          // oxlint-disable-next-line react/no-array-index-key -- parts have no other name
          <Part key={index} part={part} kind={kind} people={people} />
        ))}
      </td>
    </tr>
  )
}

function Part(props: { part: DiffPart; kind: DiffLine['kind']; people: readonly PublicUser[] }) {
  const { part, kind, people } = props
  if (kind === 'same') return part.text
  return (
    <span
      className={classes.part}
      style={authorStyle(part.userId)}
      data-changed={part.changed}
      title={`Written by ${personName(people, part.userId)}`}
    >
      {part.text}
    </span>
  )
}
