// The history of a file: its versions, what changed in each or between any two, and who wrote it.
import { useEffect, useState } from 'react'
import { ActionIcon, Alert, Loader, NativeSelect, SegmentedControl, Tooltip } from '@mantine/core'
import { ArrowLeft } from 'lucide-react'
import { Link, useLocation, useSearch } from 'wouter'
import type { FileVersion } from '../../server/versions/schema.ts'
import { useFiles } from '../files/queries.ts'
import page from '../files/page.module.css'
import { AvatarRow } from '../people/avatar.tsx'
import { usePhone } from '../phone.ts'
import { useCan, useOpenProject } from '../room/context.tsx'
import { dayName } from '../time.tsx'
import { useTitle } from '../title.ts'
import { errorMessage } from '../wire.ts'
import { VersionActions } from './actions.tsx'
import { DiffView } from './diff.tsx'
import { VersionList } from './list.tsx'
import { useLiveText } from './live.ts'
import { useDiff, useVersionContent, useVersions } from './queries.ts'
import { TextView } from './text.tsx'
import { versionTitle } from './words.ts'
import classes from './history.module.css'

const ALL_LINES = 1_000_000

/** Which version is shown, and what it is compared with, stand in the address. */
function useChoice() {
  const search = new URLSearchParams(useSearch())
  const [path, navigate] = useLocation()
  return {
    version: search.get('version'),
    from: search.get('from'),
    choose(version: string | null, from: string | null = null) {
      const next = new URLSearchParams()
      if (version !== null) next.set('version', version)
      if (from !== null) next.set('from', from)
      navigate(next.size > 0 ? `${path}?${next.toString()}` : path)
    },
  }
}

/** All versions as far as they were asked for, which is at least as far as this one; it may be left out of the list. */
function useVersionsTo(slug: string, fileId: string, selected: string) {
  const { data, isFetchingNextPage, hasNextPage, fetchNextPage } = useVersions(slug, fileId, false)
  const versions = data?.pages.flatMap((page) => page.data) ?? []
  const missing = selected !== 'current' && !versions.some(({ id }) => id === selected)
  const goesOn = missing && hasNextPage && !isFetchingNextPage
  useEffect(() => {
    if (goesOn) void fetchNextPage()
  }, [goesOn, fetchNextPage])
  return { versions, missing, waiting: missing && (!data || hasNextPage) }
}

export function HistoryPage({ fileId }: { fileId: string }) {
  const { project } = useOpenProject()
  const { data: files } = useFiles(project.slug)
  const path = files?.find(({ id }) => id === fileId)?.path ?? ''
  useTitle(`History of ${path} · ${project.name}`)
  const [named, setNamed] = useState(false)
  const phone = usePhone()
  const choice = useChoice()
  const { data, error, hasNextPage, fetchNextPage } = useVersions(project.slug, fileId, named)
  const selected = choice.version ?? 'current'
  const { versions, missing, waiting } = useVersionsTo(project.slug, fileId, selected)
  const showList = !phone || choice.version === null
  const showText = !phone || choice.version !== null
  return (
    <div className={page.page}>
      <header className={page.head}>
        <Tooltip label={phone && showText ? 'All versions' : 'Back to the file'}>
          {phone && showText ? (
            <ActionIcon aria-label="All versions" onClick={() => choice.choose(null)}>
              <ArrowLeft size={16} />
            </ActionIcon>
          ) : (
            <ActionIcon
              component={Link}
              href={`/p/${project.slug}/files/${fileId}`}
              aria-label="Back to the file"
            >
              <ArrowLeft size={16} />
            </ActionIcon>
          )}
        </Tooltip>
        <h1 className={page.path} title={path}>
          History of {path}
        </h1>
      </header>
      {error && (
        <Alert color="red" radius={0} role="alert">
          {errorMessage(error)}
        </Alert>
      )}
      <div className={classes.body}>
        {showText && missing && (
          <section className={classes.shown} aria-label="Version">
            {waiting ? (
              <Loader size="sm" m="xl" aria-label="Loading" />
            ) : (
              <Alert color="gray" m="md" role="status">
                This version is not here any more.
              </Alert>
            )}
          </section>
        )}
        {showText && !missing && (
          <Shown
            key={`${selected} ${choice.from}`}
            fileId={fileId}
            versions={versions}
            selected={selected}
            from={choice.from}
            onCompare={(from) => choice.choose(selected, from)}
            onRestored={(version) => choice.choose(version.id)}
          />
        )}
        {showList && (
          <VersionList
            versions={data?.pages.flatMap((page) => page.data) ?? []}
            size={data?.pages[0]?.history}
            selected={selected}
            named={named}
            onSelect={(id) => choice.choose(id)}
            onNamed={setNamed}
            onMore={hasNextPage ? () => void fetchNextPage() : null}
          />
        )}
      </div>
    </div>
  )
}

interface ShownProps {
  fileId: string
  versions: readonly FileVersion[]
  /** id, or `current` */
  selected: string
  /** What it is compared with; null: the version before */
  from: string | null
  onCompare: (from: string | null) => void
  onRestored: (version: FileVersion) => void
}

function Shown({ fileId, versions, selected, from, onCompare, onRestored }: ShownProps) {
  const { project } = useOpenProject()
  const mayWrite = useCan()('file:write')
  const [view, setView] = useState<'changes' | 'text'>('changes')
  const version = versions.find(({ id }) => id === selected) ?? null
  const index = version ? versions.indexOf(version) : -1
  const before = versions[index + 1]?.id ?? 'empty'
  useLiveText(fileId, selected === 'current')
  return (
    <section className={classes.shown} aria-label="Version">
      <div className={classes.bar}>
        <strong className={classes.name}>
          {version ? versionTitle(version) : 'Now'}
          {version && <span className={classes.dim}>{dayName(version.createdAt)}</span>}
        </strong>
        {version && <AvatarRow users={version.authors} size={20} />}
        <SegmentedControl
          size="xs"
          aria-label="What to show"
          value={view}
          onChange={(value) => setView(value === 'text' ? 'text' : 'changes')}
          data={[
            { value: 'changes', label: 'Changes' },
            { value: 'text', label: 'Who wrote what' },
          ]}
        />
        {view === 'changes' && (
          <NativeSelect
            size="xs"
            aria-label="Compare with"
            value={from ?? ''}
            onChange={({ currentTarget }) => onCompare(currentTarget.value || null)}
          >
            <option value="">since the version before</option>
            <option value="empty">since the beginning</option>
            {versions
              .filter(({ id }) => id !== selected)
              .map((other) => (
                <option key={other.id} value={other.id}>
                  {`since ${versionTitle(other)}, ${dayName(other.createdAt)}`}
                </option>
              ))}
          </NativeSelect>
        )}
        {mayWrite && (
          <VersionActions
            slug={project.slug}
            fileId={fileId}
            version={version}
            onRestored={onRestored}
          />
        )}
      </div>
      {view === 'changes' ? (
        <Changes fileId={fileId} from={from ?? before} to={selected} />
      ) : (
        <Whole fileId={fileId} id={selected} />
      )}
    </section>
  )
}

function Changes({ fileId, from, to }: { fileId: string; from: string; to: string }) {
  const { project } = useOpenProject()
  const [all, setAll] = useState(false)
  const { data, error } = useDiff(project.slug, fileId, from, to, all ? ALL_LINES : 3)
  return (
    <div className={classes.scroll} tabIndex={0} role="region" aria-label="Changes">
      <Answer error={error} waiting={!data} />
      {data && (
        <>
          <p className={classes.count} role="status">
            {`${data.added} ${data.added === 1 ? 'line' : 'lines'} added, ${data.removed} removed`}
            <AvatarRow users={data.people} size={18} max={6} />
          </p>
          <DiffView
            diff={data}
            onAll={all || data.hunks.length === 0 ? null : () => setAll(true)}
          />
        </>
      )}
    </div>
  )
}

function Whole({ fileId, id }: { fileId: string; id: string }) {
  const { project } = useOpenProject()
  const { data, error } = useVersionContent(project.slug, fileId, id)
  return (
    <div className={classes.scroll} tabIndex={0} role="region" aria-label="Text">
      <Answer error={error} waiting={!data} />
      {data && <TextView content={data} />}
    </div>
  )
}

function Answer({ error, waiting }: { error: Error | null; waiting: boolean }) {
  if (error)
    return (
      <Alert color="red" m="md" role="alert">
        {errorMessage(error)}
      </Alert>
    )
  return waiting ? <Loader size="sm" m="xl" aria-label="Loading" /> : null
}
