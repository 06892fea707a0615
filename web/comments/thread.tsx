// One thread as a card: where it stands, what is said, and what becomes of it.
import { useEffect, useRef, useState } from 'react'
import { ActionIcon, Menu, Tooltip } from '@mantine/core'
import {
  CircleCheck,
  CircleDot,
  Ellipsis,
  Link2,
  RotateCcw,
  TextCursor,
  TextSelect,
} from 'lucide-react'
import { Link } from 'wouter'
import type { CodeThread } from '../../server/threads/schema.ts'
import { useUser } from '../accounts/gate.tsx'
import { useEditor } from '../editor/context.ts'
import { StatusSign } from '../issues/words.tsx'
import { notify, notifyError } from '../notice.ts'
import { useCan, useOpenProject } from '../room/context.tsx'
import { CommentBox } from './box.tsx'
import { CommentView } from './comment.tsx'
import { commentingOf, whenSaved } from './commenting.ts'
import { addReply, changeThread, createThreadIssue } from './queries.ts'
import classes from './comments.module.css'

interface Props {
  thread: CodeThread
  /** null: its text was deleted; undefined: not found yet */
  line: number | null | undefined
  active: boolean
  hovered: boolean
  onHover: (over: boolean) => void
  onOpen: () => void
  /** Shows its text */
  onShow: () => void
}

export function ThreadCard({ thread, line, active, hovered, onHover, onOpen, onShow }: Props) {
  const { project } = useOpenProject()
  const can = useCan()
  const card = useRef<HTMLElement>(null)
  const { comments, quote, issue, resolvedAt, resolvedBy } = thread
  useEffect(() => {
    if (active) card.current?.scrollIntoView({ block: 'nearest' })
  }, [active])
  const folded = !active && comments.length > 2
  const shown = folded ? comments.slice(0, 1) : comments
  const place = line === null ? 'The text was deleted' : line === undefined ? '' : `Line ${line}`
  return (
    <section
      ref={card}
      className={classes.card}
      data-active={active}
      data-hovered={hovered}
      data-resolved={resolvedAt !== null}
      aria-label={`Thread: ${place}`}
      aria-current={active || undefined}
      onMouseEnter={() => onHover(true)}
      onMouseLeave={() => onHover(false)}
      onClick={onOpen}
    >
      <header className={classes.cardHead}>
        {line === null ? (
          <span className={classes.deleted}>{place}</span>
        ) : (
          <button type="button" className={classes.place} onClick={onShow}>
            {place}
          </button>
        )}
        {resolvedAt && (
          <span className={classes.state}>
            <CircleCheck size={13} aria-hidden /> Resolved
            {resolvedBy && ` by ${resolvedBy.displayName}`}
          </span>
        )}
        <span className={classes.spacer} />
        <ThreadActions thread={thread} deleted={line === null} onShow={onShow} />
      </header>
      {(line === null || active) && (
        <pre className={classes.quote} data-deleted={line === null}>
          {quote}
        </pre>
      )}
      {shown.map((comment) => (
        <CommentView key={comment.id} thread={thread} comment={comment} />
      ))}
      {folded && (
        <button type="button" className={classes.unfold} onClick={onOpen}>
          {comments.length - 1} replies
        </button>
      )}
      {issue && (
        <Link className={classes.issue} href={`/p/${project.slug}/issues/${issue.number}`}>
          <StatusSign status={issue.status} size={14} /> #{issue.number} {issue.title}
        </Link>
      )}
      {active && can('file:comment') && (
        <CommentBox
          place={`code.${thread.id}`}
          label="Reply"
          action="Reply"
          onSend={(text) => addReply(project.slug, thread, text)}
        />
      )}
    </section>
  )
}

interface ActionsProps {
  thread: CodeThread
  /** Whether its text is */
  deleted: boolean
  onShow: () => void
}

function ThreadActions({ thread, deleted, onShow }: ActionsProps) {
  const { document } = useEditor()
  const { project } = useOpenProject()
  const user = useUser()
  const can = useCan()
  const [busy, setBusy] = useState(false)
  const mayResolve = can('file:write') || (thread.createdBy === user.id && can('file:comment'))
  const resolved = thread.resolvedAt !== null
  const run = async (work: () => Promise<unknown>, problem: string) => {
    setBusy(true)
    try {
      await work()
    } catch (error) {
      notifyError(error, problem)
    } finally {
      setBusy(false)
    }
  }
  const toggle = () =>
    void run(
      () => changeThread(project.slug, thread, { resolved: !resolved }),
      resolved ? 'The thread is still resolved' : 'The thread is not resolved yet',
    )
  const makeIssue = () =>
    void run(async () => {
      const { number } = await createThreadIssue(project.slug, thread)
      notify(`Issue #${number} was created`)
    }, 'The issue was not created')
  const attach = () =>
    void run(async () => {
      const chosen = commentingOf(document).choose({ orLine: false })
      if (!chosen) return notify('Select the text that the comment is about')
      await whenSaved(document)
      await changeThread(project.slug, thread, { anchor: chosen.anchor })
    }, 'The comment is where it was')
  const copyLink = () => {
    const address = `/p/${project.slug}/files/${thread.fileId}?thread=${thread.id}`
    void navigator.clipboard.writeText(location.origin + address).then(
      () => notify('Link copied'),
      () => notify('The browser does not allow copying here'),
    )
  }
  const name = resolved ? 'Reopen' : 'Resolve'
  return (
    // What is clicked here is not meant for the card.
    <span className={classes.actions} onClick={(event) => event.stopPropagation()}>
      {mayResolve && (
        <Tooltip label={name}>
          <ActionIcon size={24} aria-label={name} loading={busy} onClick={toggle}>
            {resolved ? <RotateCcw size={15} /> : <CircleCheck size={16} />}
          </ActionIcon>
        </Tooltip>
      )}
      <Menu position="bottom-end" width={230}>
        <Menu.Target>
          <ActionIcon size={24} aria-label="Thread actions">
            <Ellipsis size={16} />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          {!deleted && (
            <Menu.Item leftSection={<TextCursor size={15} />} onClick={onShow}>
              Show in the text
            </Menu.Item>
          )}
          <Menu.Item leftSection={<Link2 size={15} />} onClick={copyLink}>
            Copy link
          </Menu.Item>
          {deleted && can('file:write') && (
            <Menu.Item leftSection={<TextSelect size={15} />} onClick={attach}>
              Attach to selection
            </Menu.Item>
          )}
          {can('issue:write') && !thread.issue && (
            <Menu.Item leftSection={<CircleDot size={15} />} onClick={makeIssue}>
              Create issue
            </Menu.Item>
          )}
        </Menu.Dropdown>
      </Menu>
    </span>
  )
}
