// One issue: what it says, what was said about it, and what state it is in.
import { useState } from 'react'
import {
  ActionIcon,
  Button,
  EmptyState,
  Group,
  Skeleton,
  Textarea,
  TextInput,
  Tooltip,
} from '@mantine/core'
import { ArrowLeft, CircleDot, Pencil } from 'lucide-react'
import { Link } from 'wouter'
import type { Issue, IssueChange } from '../../server/issues/schema.ts'
import { Failure } from '../failure.tsx'
import { notifyError } from '../notice.ts'
import { Prose } from '../prose/prose.tsx'
import { useCan, useOpenProject } from '../room/context.tsx'
import { Ago } from '../time.tsx'
import { useTitle } from '../title.ts'
import { isAppError } from '../wire.ts'
import { Comments } from './comments.tsx'
import { IssueFacts } from './facts.tsx'
import { changeIssue, useIssue } from './queries.ts'
import { StatusSign, statusNames } from './words.tsx'
import classes from './issues.module.css'

export function IssuePage({ number }: { number: number }) {
  const { project } = useOpenProject()
  const { data: issue, error, refetch } = useIssue(project.slug, number)
  useTitle(issue ? `#${issue.number} ${issue.title}` : `#${number}`)
  const gone = isAppError(error) && error.code === 'NOT_FOUND'
  if (gone) {
    return (
      <EmptyState
        m="auto"
        icon={<CircleDot />}
        title={`There is no issue #${number}`}
        description="It was deleted, or it never was."
      >
        <Button component={Link} href={`/p/${project.slug}/issues`} variant="default">
          All issues
        </Button>
      </EmptyState>
    )
  }
  if (!issue && error) return <Failure error={error} onRetry={() => void refetch()} />
  return (
    <div className={classes.page}>
      {issue ? (
        <div className={classes.issue}>
          <div className={classes.issueHead}>
            <Link href={`/p/${project.slug}/issues`} className={classes.back}>
              <ArrowLeft size={14} aria-hidden /> All issues
            </Link>
            <IssueTitle issue={issue} />
            <p className={classes.byline}>
              <StatusSign status={issue.status} />
              <span>
                {statusNames[issue.status]} · #{issue.number} opened{' '}
                {issue.author ? `by ${issue.author.displayName} ` : ''}
                <Ago at={issue.createdAt} />
              </span>
            </p>
          </div>
          <div className={classes.issueBody}>
            <Description issue={issue} />
            <Comments issue={issue} />
          </div>
          <IssueFacts issue={issue} />
        </div>
      ) : (
        <div className={classes.inner} role="status" aria-label="Loading issue">
          <Skeleton height={26} width="60%" mb="md" />
          <Skeleton height={120} mb="md" />
          <Skeleton height={80} />
        </div>
      )}
    </div>
  )
}

function useChange(issue: Issue) {
  const { project } = useOpenProject()
  return (change: IssueChange) =>
    changeIssue(project.slug, issue, change).catch((error: unknown) =>
      notifyError(error, 'The issue was not changed'),
    )
}

function IssueTitle({ issue }: { issue: Issue }) {
  const mayWrite = useCan()('issue:write')
  const change = useChange(issue)
  const [draft, setDraft] = useState<string | null>(null)
  if (draft === null) {
    return (
      <div className={classes.titleLine}>
        <h1 className={classes.issueTitle}>{issue.title}</h1>
        {mayWrite && (
          <Tooltip label="Edit title">
            <ActionIcon mt={8} aria-label="Edit title" onClick={() => setDraft(issue.title)}>
              <Pencil size={15} />
            </ActionIcon>
          </Tooltip>
        )}
      </div>
    )
  }
  return (
    <form
      className={classes.titleLine}
      onSubmit={(event) => {
        event.preventDefault()
        setDraft(null)
        if (draft.trim() && draft.trim() !== issue.title) void change({ title: draft.trim() })
      }}
    >
      <TextInput
        my={6}
        aria-label="Title"
        required
        maxLength={200}
        autoFocus
        value={draft}
        onChange={(event) => setDraft(event.currentTarget.value)}
        onKeyDown={(event) => event.key === 'Escape' && setDraft(null)}
      />
      <Button mt={6} type="submit">
        Save
      </Button>
      <Button mt={6} variant="default" onClick={() => setDraft(null)}>
        Cancel
      </Button>
    </form>
  )
}

function Description({ issue }: { issue: Issue }) {
  const mayWrite = useCan()('issue:write')
  const change = useChange(issue)
  const [draft, setDraft] = useState<string | null>(null)
  return (
    <section className={classes.card} aria-label="Description">
      <header className={classes.cardHead}>
        <strong>Description</strong>
        {mayWrite && draft === null && (
          <Button
            className={classes.push ?? ''}
            size="compact-xs"
            variant="subtle"
            color="gray"
            onClick={() => setDraft(issue.description ?? '')}
          >
            Edit
          </Button>
        )}
      </header>
      <div className={classes.cardBody}>
        {draft === null ? (
          issue.description ? (
            <Prose text={issue.description} />
          ) : (
            <span className={classes.none}>No description.</span>
          )
        ) : (
          <form
            onSubmit={(event) => {
              event.preventDefault()
              setDraft(null)
              void change({ description: draft.trim() || null })
            }}
          >
            <Textarea
              aria-label="Description"
              autosize
              autoFocus
              minRows={5}
              maxRows={20}
              value={draft}
              onChange={(event) => setDraft(event.currentTarget.value)}
            />
            <Group mt="xs" gap="xs" justify="flex-end">
              <Button variant="default" onClick={() => setDraft(null)}>
                Cancel
              </Button>
              <Button type="submit">Save description</Button>
            </Group>
          </form>
        )}
      </div>
    </section>
  )
}
