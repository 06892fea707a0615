// The threads on the open file, beside its text and in its order; those whose text was deleted stand at the end.
import { useMemo, useState } from 'react'
import { Alert, Button, EmptyState, SegmentedControl, Skeleton, Stack } from '@mantine/core'
import { MessageSquareText } from 'lucide-react'
import type { CodeThread } from '../../server/threads/schema.ts'
import { useEditor } from '../editor/context.ts'
import { Failure } from '../failure.tsx'
import { useWatched } from '../notices.tsx'
import { usePhone } from '../phone.ts'
import { useCan, useOpenProject } from '../room/context.tsx'
import { useStore } from '../store.ts'
import { useThreadAddress } from './bound.ts'
import { CommentBox } from './box.tsx'
import { commentingOf, DRAFT, whenSaved, type Draft } from './commenting.ts'
import { commentKeys } from './marks.ts'
import { createThread, useThreads } from './queries.ts'
import { ThreadCard } from './thread.tsx'
import classes from './comments.module.css'

type Shown = 'open' | 'resolved'

/** As they stand in the text; what is not in it comes last, the oldest first. */
function inOrder(threads: readonly CodeThread[], lines: ReadonlyMap<string, number>) {
  const order = new Map([...lines.keys()].map((id, index) => [id, index]))
  const rank = ({ id }: CodeThread) => order.get(id) ?? Infinity
  return threads.toSorted((a, b) => (rank(a) === rank(b) ? a.seq - b.seq : rank(a) - rank(b)))
}

export function CommentsPanel() {
  const { fileId, document, view } = useEditor()
  const { project } = useOpenProject()
  const commenting = commentingOf(document)
  const { lines, draft, hovered } = useStore(commenting)
  const { data, error, refetch } = useThreads(project.slug, fileId)
  const { thread: active, go } = useThreadAddress()
  const [shown, setShown] = useState<Shown>('open')
  const phone = usePhone()
  useWatched(active && `/p/${project.slug}/files/${fileId}?thread=${active}`)
  const threads = useMemo(() => inOrder(data ?? [], lines), [data, lines])
  if (!data && error) return <Failure error={error} onRetry={() => void refetch()} />
  if (!data) return <Waiting />

  const isShown = ({ id, resolvedAt }: CodeThread) =>
    id === active || (resolvedAt === null) === (shown === 'open')
  const list = threads.filter(isShown)
  const draftLine = lines.get(DRAFT)
  const after = list.findIndex(
    ({ id }) => draftLine !== undefined && (lines.get(id) ?? Infinity) > draftLine,
  )
  const at = after < 0 ? list.length : after
  const show = (id: string) => {
    // On a phone the panel lies over the text.
    go({ panel: !phone, thread: phone ? null : id })
    commenting.show(id, { enter: true })
  }
  const card = (thread: CodeThread) => (
    <ThreadCard
      key={thread.id}
      thread={thread}
      // Nothing is known before the text is there.
      line={lines.get(thread.id) ?? (view ? null : undefined)}
      active={thread.id === active}
      hovered={thread.id === hovered}
      onHover={(over) => commenting.hover(over ? thread.id : null)}
      onOpen={() => {
        if (thread.id === active) return
        go({ panel: true, thread: thread.id })
      }}
      onShow={() => show(thread.id)}
    />
  )
  return (
    <div className={classes.panel}>
      <Filter threads={data} shown={shown} onChange={setShown} onCompose={commenting.compose} />
      {active !== null && active !== DRAFT && !data.some(({ id }) => id === active) && (
        <Alert
          color="gray"
          role="status"
          withCloseButton
          onClose={() => go({ panel: true, thread: null })}
        >
          The comment that this link means is not here any more.
        </Alert>
      )}
      {list.slice(0, at).map(card)}
      {draft && (
        <NewThread
          draft={draft}
          line={draftLine}
          onDone={(id) => {
            commenting.dropDraft()
            go({ panel: true, thread: id })
          }}
        />
      )}
      {list.slice(at).map(card)}
      {list.length === 0 && !draft && <Nothing shown={shown} />}
    </div>
  )
}

interface FilterProps {
  threads: readonly CodeThread[]
  shown: Shown
  onChange: (shown: Shown) => void
  onCompose: () => void
}

function Filter({ threads, shown, onChange, onCompose }: FilterProps) {
  const mayComment = useCan()('file:comment')
  const resolved = threads.filter(({ resolvedAt }) => resolvedAt !== null).length
  return (
    <div className={classes.filter}>
      <SegmentedControl
        size="xs"
        aria-label="Which comments"
        value={shown}
        onChange={(value) => onChange(value as Shown)}
        data={[
          { value: 'open', label: `Open ${threads.length - resolved || ''}` },
          { value: 'resolved', label: `Resolved ${resolved || ''}` },
        ]}
      />
      {mayComment && (
        <Button
          size="compact-xs"
          variant="subtle"
          title={`Comment on the selected text, or on the cursor's line (${commentKeys})`}
          // The selection in the text stays.
          onMouseDown={(event) => event.preventDefault()}
          onClick={onCompose}
        >
          Comment
        </Button>
      )}
    </div>
  )
}

interface NewProps {
  draft: Draft
  line: number | undefined
  onDone: (threadId: string | null) => void
}

function NewThread({ draft, line, onDone }: NewProps) {
  const { fileId, document } = useEditor()
  const { project } = useOpenProject()
  return (
    <section className={classes.card} data-active aria-label="New comment">
      <header className={classes.cardHead}>
        <span className={line === undefined ? classes.deleted : classes.state}>
          {line === undefined ? 'The text was deleted' : `Line ${line}`}
        </span>
      </header>
      <pre className={classes.quote}>{draft.quote}</pre>
      <CommentBox
        // Another place is another comment; what was written goes along.
        key={draft.anchor.start + draft.anchor.end}
        place={`code.${fileId}.new`}
        label="Comment"
        action="Comment"
        focus
        onSend={async (text) => {
          await whenSaved(document)
          const made = await createThread(project.slug, fileId, draft.anchor, text)
          onDone(made.id)
        }}
        onCancel={() => onDone(null)}
      />
    </section>
  )
}

function Nothing({ shown }: { shown: Shown }) {
  const mayComment = useCan()('file:comment')
  const open = shown === 'open'
  return (
    <EmptyState
      p="xl"
      icon={<MessageSquareText />}
      title={open ? 'No open comments' : 'Nothing is resolved yet'}
      description={
        open && mayComment
          ? `Select text and choose “Comment”, or press ${commentKeys}.`
          : 'What others comment shows up here.'
      }
    />
  )
}

const Waiting = () => (
  <Stack p="md" role="status" aria-label="Loading comments">
    <Skeleton height={70} />
    <Skeleton height={70} />
  </Stack>
)
