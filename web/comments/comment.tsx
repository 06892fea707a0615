// One comment of a thread, and what its author or a maintainer can do with it.
import { useState } from 'react'
import { ActionIcon, Menu } from '@mantine/core'
import { Ellipsis, Pencil, Trash2 } from 'lucide-react'
import type { CodeComment, CodeThread } from '../../server/threads/schema.ts'
import { useUser } from '../accounts/gate.tsx'
import { Confirm } from '../confirm.tsx'
import { PersonAvatar } from '../people/avatar.tsx'
import { Prose } from '../prose/prose.tsx'
import { useCan, useOpenProject } from '../room/context.tsx'
import { Ago } from '../time.tsx'
import { CommentBox } from './box.tsx'
import { deleteComment, editComment } from './queries.ts'
import classes from './comments.module.css'

export function CommentView({ thread, comment }: { thread: CodeThread; comment: CodeComment }) {
  const { project } = useOpenProject()
  const user = useUser()
  const can = useCan()
  const [editing, setEditing] = useState(false)
  const [deleting, setDeleting] = useState(false)
  const { author, content, createdAt, editedAt, deletedAt } = comment
  const own = author?.id === user.id && can('file:comment')
  if (deletedAt) return <p className={classes.gone}>A comment was deleted</p>
  const last = thread.comments.every(({ id, deletedAt }) => id === comment.id || deletedAt)
  return (
    <article
      className={classes.comment}
      aria-label={`Comment by ${author?.displayName ?? 'somebody'}`}
    >
      <header className={classes.commentHead}>
        {author && <PersonAvatar user={author} size={20} title={false} />}
        <strong className={classes.author}>{author?.displayName ?? 'Somebody who left'}</strong>
        <span className={classes.when}>
          <Ago at={createdAt} />
          {editedAt && ' · edited'}
        </span>
        {(own || can('chat:moderate')) && !editing && (
          <Menu position="bottom-end" width={170} withinPortal>
            <Menu.Target>
              <ActionIcon size={22} aria-label="Comment actions" className={classes.more}>
                <Ellipsis size={15} />
              </ActionIcon>
            </Menu.Target>
            <Menu.Dropdown>
              {own && (
                <Menu.Item leftSection={<Pencil size={15} />} onClick={() => setEditing(true)}>
                  Edit comment
                </Menu.Item>
              )}
              <Menu.Item
                color="red"
                leftSection={<Trash2 size={15} />}
                onClick={() => setDeleting(true)}
              >
                Delete comment
              </Menu.Item>
            </Menu.Dropdown>
          </Menu>
        )}
      </header>
      {editing ? (
        <CommentBox
          place={`code.edit.${comment.id}`}
          label="Edit comment"
          action="Save"
          initial={content}
          focus
          onSend={async (text) => {
            await editComment(project.slug, thread, comment.id, text)
            setEditing(false)
          }}
          onCancel={() => setEditing(false)}
        />
      ) : (
        <div className={classes.content}>
          <Prose text={content} me={user.username} />
        </div>
      )}
      <Confirm
        opened={deleting}
        title="Delete this comment?"
        action="Delete comment"
        onConfirm={() => deleteComment(project.slug, thread, comment.id)}
        onClose={() => setDeleting(false)}
      >
        {last ? 'It is the last one: the thread goes with it.' : 'This cannot be taken back.'}
      </Confirm>
    </article>
  )
}
