// What was said about an issue, and the place to say more.
import { useState, type SyntheticEvent } from 'react'
import { Alert, Button, Group, Skeleton, Textarea } from '@mantine/core'
import type { Issue } from '../../server/issues/schema.ts'
import { Failure } from '../failure.tsx'
import { useSubmit } from '../fields.ts'
import { notifyError } from '../notice.ts'
import { PersonAvatar } from '../people/avatar.tsx'
import { Prose } from '../prose/prose.tsx'
import { useCan, useOpenProject } from '../room/context.tsx'
import { Ago } from '../time.tsx'
import { addComment, changeIssue, useComments } from './queries.ts'
import classes from './issues.module.css'

export function Comments({ issue }: { issue: Issue }) {
  const { project } = useOpenProject()
  const { data, error, refetch } = useComments(project.slug, issue.number)
  const mayWrite = useCan()('issue:write')
  return (
    <section aria-label="Comments" style={{ marginTop: 14 }}>
      {!data && error && <Failure error={error} onRetry={() => void refetch()} />}
      {!data && !error && issue.commentCount > 0 && <Skeleton height={70} />}
      {data?.map((comment) => (
        <article key={comment.id} className={classes.card}>
          <header className={classes.cardHead}>
            {comment.author && <PersonAvatar user={comment.author} size={22} title={false} />}
            <strong>{comment.author?.displayName ?? 'Somebody who left'}</strong>
            <Ago at={comment.createdAt} />
          </header>
          <div className={classes.cardBody}>
            <Prose text={comment.content} />
          </div>
        </article>
      ))}
      {mayWrite && <NewComment issue={issue} />}
    </section>
  )
}

function NewComment({ issue }: { issue: Issue }) {
  const { project } = useOpenProject()
  const [text, setText] = useState('')
  const { busy, refusal, submit } = useSubmit([])
  const closed = issue.status === 'closed'
  const send = (event: SyntheticEvent) => {
    event.preventDefault()
    if (!text.trim()) return
    submit(async () => {
      await addComment(project.slug, issue, text)
      setText('')
    })
  }
  const toggle = () =>
    void changeIssue(project.slug, issue, { status: closed ? 'open' : 'closed' }).catch(
      (error: unknown) => notifyError(error, 'The issue was not changed'),
    )
  return (
    <form className={classes.compose} onSubmit={send} aria-label="New comment">
      {refusal.message && (
        <Alert color="red" mb="xs" role="alert">
          {refusal.message}
        </Alert>
      )}
      <Textarea
        aria-label="Comment"
        placeholder="Write a comment"
        autosize
        minRows={3}
        maxRows={14}
        maxLength={50_000}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) send(event)
        }}
      />
      <Group justify="flex-end" mt="xs" gap="xs">
        <Button variant="default" onClick={toggle}>
          {closed ? 'Reopen issue' : 'Close issue'}
        </Button>
        <Button type="submit" loading={busy} disabled={text.trim() === ''}>
          Comment
        </Button>
      </Group>
    </form>
  )
}
