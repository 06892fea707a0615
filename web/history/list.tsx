// The versions of a file by day, newest first, and what the text is now above them.
import { Fragment, type KeyboardEvent } from 'react'
import { Button, SegmentedControl, Text } from '@mantine/core'
import { Bookmark, Undo2 } from 'lucide-react'
import { MAX_FILE_VERSIONS, MAX_HISTORY_BYTES } from '../../protocol/limits.ts'
import { MAX_NAMED_BYTES, MAX_NAMED_VERSIONS } from '../../protocol/limits.ts'
import type { FileVersion, HistorySize } from '../../server/versions/schema.ts'
import { AvatarRow } from '../people/avatar.tsx'
import { dayName, fullTime } from '../time.tsx'
import { authorNames, versionNote, versionTitle } from './words.ts'
import classes from './history.module.css'

interface Props {
  versions: readonly FileVersion[]
  size: HistorySize | undefined
  /** id, or `current` */
  selected: string
  named: boolean
  onSelect: (id: string) => void
  onNamed: (named: boolean) => void
  /** null: all are shown */
  onMore: (() => void) | null
}

/** Arrows go from one version to the next, as in any list. */
function moveFocus(event: KeyboardEvent<HTMLElement>) {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
  if (step === undefined) return
  event.preventDefault()
  const rows = [...event.currentTarget.querySelectorAll<HTMLElement>('[data-version]')]
  const index = rows.indexOf(document.activeElement as HTMLElement)
  rows[Math.min(rows.length - 1, Math.max(0, index + step))]?.focus()
}

export function VersionList(props: Props) {
  const { versions, size, selected, named, onSelect, onNamed, onMore } = props
  return (
    <section className={classes.list} aria-label="Versions" onKeyDown={moveFocus}>
      <SegmentedControl
        size="xs"
        fullWidth
        m={10}
        aria-label="Which versions"
        value={named ? 'named' : 'all'}
        onChange={(value) => onNamed(value === 'named')}
        data={[
          { value: 'all', label: 'All versions' },
          { value: 'named', label: 'Named' },
        ]}
      />
      <button
        type="button"
        data-version
        className={classes.version}
        aria-current={selected === 'current'}
        onClick={() => onSelect('current')}
      >
        <span className={classes.title}>Now</span>
        <span className={classes.note}>
          The text as it is, and what is new since the last version
        </span>
      </button>
      {versions.map((version, index) => {
        const day = dayName(version.createdAt)
        const before = versions[index - 1]
        return (
          <Fragment key={version.id}>
            {(!before || dayName(before.createdAt) !== day) && (
              <h2 className={classes.day}>{day}</h2>
            )}
            <VersionRow
              version={version}
              current={selected === version.id}
              onSelect={() => onSelect(version.id)}
            />
          </Fragment>
        )
      })}
      {versions.length === 0 && (
        <Text size="sm" c="dimmed" p="md">
          {named
            ? 'No version has a name yet. Name one, and it stays for good.'
            : 'No versions yet. One is made when nobody has written for five minutes, or everybody has left the file.'}
        </Text>
      )}
      {onMore && (
        <Button variant="subtle" size="xs" m={10} onClick={onMore}>
          Show older versions
        </Button>
      )}
      {size && <Room size={size} />}
    </section>
  )
}

function VersionRow(props: { version: FileVersion; current: boolean; onSelect: () => void }) {
  const { version, current, onSelect } = props
  const note = versionNote(version)
  return (
    <button
      type="button"
      data-version
      className={classes.version}
      aria-current={current}
      title={`Version ${version.number}, ${fullTime(version.createdAt)}`}
      onClick={onSelect}
    >
      <span className={classes.title} data-named={version.name !== null}>
        {version.name !== null && <Bookmark size={13} aria-label="Named" />}
        {version.reason === 'restore' && <Undo2 size={13} aria-hidden />}
        {versionTitle(version)}
      </span>
      {note && <span className={classes.note}>{note}</span>}
      <span className={classes.authors}>
        <AvatarRow users={version.authors} size={18} max={3} />
        <span className={classes.note}>{authorNames(version)}</span>
      </span>
    </button>
  )
}

const mib = (bytes: number) => (bytes / 1024 / 1024).toFixed(1)

/** Said before it is reached. */
function Room({ size: { versions, bytes, namedVersions, namedBytes } }: { size: HistorySize }) {
  const full = versions > MAX_FILE_VERSIONS * 0.8 || bytes > MAX_HISTORY_BYTES * 0.8
  const namesFull = namedVersions > MAX_NAMED_VERSIONS * 0.8 || namedBytes > MAX_NAMED_BYTES * 0.8
  return (
    <div className={classes.room}>
      Older versions are thinned: one an hour after a day, one a day after a week, one a week after
      three months. Named ones stay.
      {full && (
        <p role="status">
          {`${versions} of ${MAX_FILE_VERSIONS} versions, ${mib(bytes)} of ${mib(MAX_HISTORY_BYTES)} MiB: soon the oldest without a name go.`}
        </p>
      )}
      {namesFull && (
        <p role="status">
          {`${namedVersions} of ${MAX_NAMED_VERSIONS} names, ${mib(namedBytes)} of ${mib(MAX_NAMED_BYTES)} MiB: soon no more versions can be named.`}
        </p>
      )}
    </div>
  )
}
