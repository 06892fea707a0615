// What people say in a thread on code.
import { sql } from 'kysely'
import { can } from '../../db/access.ts'
import { appendActivity } from '../../db/activity.ts'
import type { Principal } from '../../protocol/access.ts'
import { AppError, notFound } from '../../protocol/errors.ts'
import { MAX_THREAD_COMMENTS, MAX_THREAD_TEXT } from '../../protocol/limits.ts'
import { findFile } from '../files/place.ts'
import { notifyMentioned } from './mentions.ts'
import type { CodeThread } from './schema.ts'
import {
  holdThread,
  insertComment,
  touchThread,
  type ThreadOptions,
  type ThreadPath,
} from './threads.ts'

/** The whole thread goes out with each change. */
function checkRoom({ comments }: CodeThread, added: string, replaced = '') {
  const length = comments.reduce((sum, { content }) => sum + content.length, 0)
  if (length - replaced.length + added.length <= MAX_THREAD_TEXT) return
  throw new AppError(
    'UNPROCESSABLE',
    `The comments of a thread have at most ${MAX_THREAD_TEXT} characters together; begin another thread`,
  )
}

/** A reply opens a resolved thread again: nobody would see it there. */
export async function addReply(
  options: ThreadOptions,
  actor: Principal,
  path: ThreadPath,
  content: string,
): Promise<CodeThread> {
  const { db, publish } = options
  const said = await db.transaction().execute(async (trx) => {
    const { access, thread: before } = await holdThread(trx, actor, path, 'file:comment')
    if (before.comments.length >= MAX_THREAD_COMMENTS) {
      const reason = `A thread has at most ${MAX_THREAD_COMMENTS} comments; begin another thread`
      throw new AppError('UNPROCESSABLE', reason)
    }
    checkRoom(before, content)
    const id = await insertComment(trx, actor, before.id, content)
    await trx
      .updateTable('codeThreads')
      .set({ resolvedAt: null, resolvedBy: null })
      .where('id', '=', before.id)
      .execute()
    const file = await findFile(trx, access.project.id, before.fileId)
    const { thread, update } = await touchThread(trx, actor, before)
    return { access, file, thread, update, comment: findComment(thread, id) }
  })
  publish(said.update)
  await notifyMentioned(options, actor, said)
  return said.thread
}

/** @throws AppError NOT_FOUND */
function findComment({ comments }: CodeThread, commentId: string) {
  const comment = comments.find(({ id }) => id === commentId)
  if (!comment) throw notFound('Comment')
  return comment
}

export async function editComment(
  options: ThreadOptions,
  actor: Principal,
  path: ThreadPath & { commentId: string },
  content: string,
): Promise<CodeThread> {
  const { db, publish } = options
  const said = await db.transaction().execute(async (trx) => {
    const { access, thread: before } = await holdThread(trx, actor, path, 'file:comment')
    const old = findComment(before, path.commentId)
    if (old.author?.id !== actor.id) {
      const reason = 'Only the author of a comment may edit it'
      throw new AppError('INSUFFICIENT_PERMISSIONS', reason)
    }
    if (old.deletedAt) throw new AppError('CONFLICT', 'This comment was deleted')
    if (old.content === content) return { thread: before, update: undefined }
    checkRoom(before, content, old.content)
    await trx
      .updateTable('codeComments')
      .set({ content, editedAt: sql`now()` })
      .where('id', '=', old.id)
      .execute()
    const file = await findFile(trx, access.project.id, before.fileId)
    const { thread, update } = await touchThread(trx, actor, before)
    const comment = findComment(thread, old.id)
    return { access, file, thread, update, comment, before: old.content }
  })
  if (!said.update) return said.thread
  publish(said.update)
  await notifyMentioned(options, actor, said)
  return said.thread
}

/** A tombstone stays where others replied after it; without any comment left, the thread is gone. */
export async function deleteComment(
  { db, publish }: ThreadOptions,
  actor: Principal,
  path: ThreadPath & { commentId: string },
): Promise<void> {
  const update = await db.transaction().execute(async (trx) => {
    const { access, thread: before } = await holdThread(trx, actor, path, 'file:comment')
    const old = findComment(before, path.commentId)
    if (old.author?.id !== actor.id && !can(access, 'chat:moderate')) {
      const reason = 'Only the author of a comment and maintainers may delete it'
      throw new AppError('INSUFFICIENT_PERMISSIONS', reason)
    }
    if (old.deletedAt) return undefined
    const left = before.comments.map((comment) =>
      comment === old ? { ...comment, deletedAt: 'now' } : comment,
    )
    const kept = left.findLastIndex(({ deletedAt }) => deletedAt === null) + 1
    if (kept === 0) {
      await trx.deleteFrom('codeThreads').where('id', '=', before.id).execute()
      const { projectId } = before
      const gone = { ...before, rev: before.rev + 1 }
      return appendActivity(trx, projectId, actor.id, 'thread_deleted', gone)
    }
    const ends = before.comments.slice(kept).map(({ id }) => id)
    if (ends.length > 0) await trx.deleteFrom('codeComments').where('id', 'in', ends).execute()
    await trx
      .updateTable('codeComments')
      .set({ content: '', editedAt: null, deletedAt: sql`now()` })
      .where('id', '=', old.id)
      .execute()
    return (await touchThread(trx, actor, before)).update
  })
  if (update) publish(update)
}
