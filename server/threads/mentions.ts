// Who is named in a comment on code is told of it.
import type { ProjectAccess } from '../../db/access.ts'
import type { Db } from '../../db/database.ts'
import type { Principal } from '../../protocol/access.ts'
import type { Emit } from '../../protocol/requests.ts'
import { findMentioned, parseMentions } from '../../realtime/chat/mentions.ts'
import { shorten } from '../../realtime/chat/telling.ts'
import type { CodeComment, CodeThread } from './schema.ts'

export interface Said {
  access: ProjectAccess
  file: { path: string }
  thread: CodeThread
  comment: CodeComment
  /** What it said before: who was named there was told already */
  before?: string
}

/** To be called after the commit. */
export async function notifyMentioned(
  { db, emit }: { db: Db; emit: Pick<Emit, 'toUser'> },
  actor: Principal,
  { access: { project }, file, thread, comment, before = '' }: Said,
) {
  const known = new Set(parseMentions(before).names)
  const names = parseMentions(comment.content).names.filter((name) => !known.has(name))
  const named = { channelId: thread.id, projectId: project.id, authorId: actor.id, names }
  // As in a public channel: everybody in the project.
  const [userIds = []] = await findMentioned(db, [{ ...named, kind: 'public' }])
  const notification = {
    id: comment.id,
    title: `${actor.user.displayName} in ${file.path}`,
    message: shorten(comment.content),
    type: 'info' as const,
    actionUrl: `/p/${project.slug}/files/${thread.fileId}?thread=${thread.id}`,
  }
  for (const userId of userIds) emit.toUser(userId, 'notification', notification, actor.id)
}
