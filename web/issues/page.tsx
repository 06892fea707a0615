// The issues of a project, filtered by what stands in the address, so that a view can be sent to somebody.
import { useEffect, useState } from 'react'
import { Button, EmptyState, Select, Skeleton, TextInput, Title } from '@mantine/core'
import { useDebouncedValue, useDisclosure } from '@mantine/hooks'
import { CircleDot, MessageSquare, Plus, Search } from 'lucide-react'
import { Link, useLocation, useSearch } from 'wouter'
import type { Issue, IssueFilter } from '../../server/issues/schema.ts'
import { query } from '../api.ts'
import { Failure } from '../failure.tsx'
import { PersonAvatar } from '../people/avatar.tsx'
import { choices } from '../projects/words.ts'
import { useCan, useOpenProject, useRoomState } from '../room/context.tsx'
import { Ago } from '../time.tsx'
import { useTitle } from '../title.ts'
import { CreateIssue } from './create.tsx'
import { Labels } from './labels.tsx'
import { useIssues } from './queries.ts'
import { PrioritySign, priorityNames, StatusSign, statusNames } from './words.tsx'
import classes from './issues.module.css'

const names = ['q', 'status', 'priority', 'label', 'assignee'] as const

/** What stands in the address: as the server's, but without a status it means what is to be done. */
type View = Omit<IssueFilter, 'status'> & { status?: IssueFilter['status'] | 'all' }

const statusChoices = [
  { value: 'active', label: 'Not closed' },
  ...choices(statusNames),
  { value: 'all', label: 'All' },
]

/** The filter is the address. */
function useFilter() {
  const search = new URLSearchParams(useSearch())
  const [path, navigate] = useLocation()
  const filter = Object.fromEntries(
    names.flatMap((name) => {
      const value = search.get(name)
      return value ? [[name, value]] : []
    }),
  ) as View
  const set = (part: Partial<Record<keyof IssueFilter, string | null>>) =>
    navigate(path + query({ ...filter, ...part }), { replace: true })
  return { filter, set }
}

function toServer({ status = 'active', ...rest }: View): IssueFilter {
  return status === 'all' ? rest : { ...rest, status }
}

export function IssuesPage() {
  const { project } = useOpenProject()
  const { filter, set } = useFilter()
  const { members } = useRoomState()
  const can = useCan()
  const [creating, { open, close }] = useDisclosure(false)
  const { data, error, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } = useIssues(
    project.slug,
    toServer(filter),
  )
  useTitle(`Issues · ${project.name}`)
  const issues = data?.pages.flatMap((page) => page.data)
  const { status = 'active', ...narrower } = filter
  const narrowed = Object.keys(narrower).length > 0 || (status !== 'active' && status !== 'all')
  const mayWrite = can('issue:write')
  const labels = [...new Set([...(issues ?? []).flatMap((issue) => issue.labels), filter.label])]
  return (
    <div className={classes.page}>
      <div className={classes.inner}>
        <div className={classes.head}>
          <Title order={1} size="h3">
            Issues
          </Title>
          {mayWrite && (
            <Button leftSection={<Plus size={16} />} onClick={open}>
              New issue
            </Button>
          )}
        </div>
        <div className={classes.filters} role="search">
          <SearchField value={filter.q ?? ''} onChange={(q) => set({ q })} />
          <Filter
            label="Status"
            data={statusChoices}
            clearable={false}
            value={status}
            onChange={(next) => set({ status: next === 'active' ? null : next })}
          />
          <Filter
            label="Priority"
            data={choices(priorityNames)}
            value={filter.priority}
            onChange={(priority) => set({ priority })}
          />
          <Filter
            label="Label"
            data={labels.filter((label) => label !== undefined)}
            value={filter.label}
            onChange={(label) => set({ label })}
          />
          <Filter
            label="Assignee"
            data={[
              { value: 'me', label: 'Me' },
              { value: 'none', label: 'Nobody' },
              ...members.map(({ id, displayName }) => ({ value: id, label: displayName })),
            ]}
            value={filter.assignee}
            onChange={(assignee) => set({ assignee })}
          />
        </div>
        {!issues && error && <Failure error={error} onRetry={() => void refetch()} />}
        {!issues && !error && <ListSkeleton />}
        {issues?.length === 0 && (
          <EmptyState
            mt="xl"
            icon={<CircleDot />}
            title={
              narrowed ? 'No issue matches' : status === 'all' ? 'No issues yet' : 'No open issues'
            }
            description={
              narrowed
                ? 'Take a filter away to see more.'
                : mayWrite && 'Write down what is to be done, and who does it.'
            }
          >
            {mayWrite && !narrowed && <Button onClick={open}>New issue</Button>}
            {status === 'active' && (
              <Button variant="default" onClick={() => set({ status: 'all' })}>
                Show closed ones, too
              </Button>
            )}
          </EmptyState>
        )}
        {issues && issues.length > 0 && (
          <ul className={classes.list} aria-label="Issues">
            {issues.map((issue) => (
              <IssueRow key={issue.id} issue={issue} slug={project.slug} />
            ))}
          </ul>
        )}
        {hasNextPage && (
          <Button
            variant="default"
            mt="md"
            loading={isFetchingNextPage}
            onClick={() => void fetchNextPage()}
          >
            Show more
          </Button>
        )}
      </div>
      {creating && <CreateIssue onClose={close} />}
    </div>
  )
}

function SearchField({ value, onChange }: { value: string; onChange: (text: string) => void }) {
  const [text, setText] = useState(value)
  const [settled] = useDebouncedValue(text.trim(), 250)
  useEffect(() => {
    if (settled !== value) onChange(settled)
    // Only what is typed leads on; the address changes by it.
    // oxlint-disable-next-line react/exhaustive-deps -- see above
  }, [settled])
  return (
    <TextInput
      className={classes.search ?? ''}
      aria-label="Search issues"
      placeholder="Search"
      leftSection={<Search size={15} />}
      value={text}
      onChange={(event) => setText(event.currentTarget.value)}
    />
  )
}

interface FilterProps {
  label: string
  data: (string | { value: string; label: string })[]
  value: string | undefined
  onChange: (value: string | null) => void
  clearable?: boolean
}

function Filter({ label, data, value, onChange, clearable = true }: FilterProps) {
  return (
    <Select
      className={classes.filter ?? ''}
      aria-label={label}
      placeholder={label}
      clearable={clearable}
      allowDeselect={clearable}
      data={data}
      value={value ?? null}
      onChange={onChange}
    />
  )
}

function IssueRow({ issue, slug }: { issue: Issue; slug: string }) {
  return (
    <li className={classes.row}>
      <StatusSign status={issue.status} />
      <span className={classes.number}>#{issue.number}</span>
      <Link href={`/p/${slug}/issues/${issue.number}`} className={classes.title}>
        {issue.title}
      </Link>
      <Labels labels={issue.labels} />
      <span className={classes.end}>
        {issue.commentCount > 0 && (
          <span className={classes.count} title="Comments">
            <MessageSquare size={14} aria-hidden /> {issue.commentCount}
          </span>
        )}
        <Ago at={issue.updatedAt} />
        <PrioritySign priority={issue.priority} />
        {issue.assignee ? (
          <PersonAvatar user={issue.assignee} size={22} />
        ) : (
          <span style={{ width: 22 }} />
        )}
      </span>
    </li>
  )
}

function ListSkeleton() {
  return (
    <div role="status" aria-label="Loading issues">
      {['a', 'b', 'c', 'd', 'e'].map((key) => (
        <Skeleton key={key} height={40} mb={6} />
      ))}
    </div>
  )
}
