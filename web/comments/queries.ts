// The threads on a file over REST, and how they stand in the cache: all of a file at ['threads', slug, fileId].
import { useQuery } from '@tanstack/react-query'
import type { Anchor } from '../../protocol/anchor.ts'
import type { Issue } from '../../server/issues/schema.ts'
import type { CodeThread, ThreadChange } from '../../server/threads/schema.ts'
import { api, listAll } from '../api.ts'
import { applyNews, queryClient } from '../query.ts'

const threadsKey = (slug: string, fileId: string) => ['threads', slug, fileId]
const threadsPath = (slug: string, fileId: string) =>
  `/projects/${encodeURIComponent(slug)}/files/${fileId}/threads`
const threadPath = (slug: string, { fileId, id }: Pick<CodeThread, 'fileId' | 'id'>) =>
  `${threadsPath(slug, fileId)}/${id}`

/** In which order a request and the room tell of a change is open: the higher rev is newer. */
const newest = (threads: readonly CodeThread[], thread: CodeThread) => {
  const known = threads.find(({ id }) => id === thread.id)
  if (known && known.rev >= thread.rev) return threads
  const others = threads.filter(({ id }) => id !== thread.id)
  return [...others, thread].toSorted((a, b) => a.seq - b.seq)
}

export const useThreads = (slug: string, fileId: string) =>
  useQuery({
    queryKey: threadsKey(slug, fileId),
    queryFn: () =>
      listAll<CodeThread, number>(threadsPath(slug, fileId), {
        key: ({ seq }) => seq,
        start: 0,
        limit: 100,
      }),
  })

/** What the room or an own change tells. */
export function putThread(slug: string, thread: CodeThread) {
  applyNews<readonly CodeThread[]>(threadsKey(slug, thread.fileId), (threads) =>
    newest(threads, thread),
  )
}
export function dropThread(slug: string, { id, fileId }: Pick<CodeThread, 'id' | 'fileId'>) {
  applyNews<readonly CodeThread[]>(threadsKey(slug, fileId), (threads) =>
    threads.filter((thread) => thread.id !== id),
  )
}

/** A thread shows what became of its issue. */
export function putIssue(slug: string, issue: Issue, gone = false) {
  queryClient.setQueriesData<readonly CodeThread[]>({ queryKey: ['threads', slug] }, (threads) =>
    threads?.map((thread) =>
      thread.issue?.id === issue.id ? { ...thread, issue: gone ? null : issue } : thread,
    ),
  )
}

async function put(slug: string, asked: Promise<CodeThread>): Promise<CodeThread> {
  const thread = await asked
  putThread(slug, thread)
  return thread
}

export const createThread = (slug: string, fileId: string, anchor: Anchor, content: string) =>
  put(slug, api.post<CodeThread>(threadsPath(slug, fileId), { anchor, content }))

export const addReply = (slug: string, thread: CodeThread, content: string) =>
  put(slug, api.post<CodeThread>(`${threadPath(slug, thread)}/comments`, { content }))

export const editComment = (slug: string, thread: CodeThread, commentId: string, content: string) =>
  put(slug, api.patch<CodeThread>(`${threadPath(slug, thread)}/comments/${commentId}`, { content }))

export const changeThread = (slug: string, thread: CodeThread, change: ThreadChange) =>
  put(slug, api.patch<CodeThread>(threadPath(slug, thread), change))

/** The room tells what became of the thread; who is not connected asks. */
export async function deleteComment(slug: string, thread: CodeThread, commentId: string) {
  await api.delete(`${threadPath(slug, thread)}/comments/${commentId}`)
  await queryClient.invalidateQueries({ queryKey: threadsKey(slug, thread.fileId) })
}

export const createThreadIssue = (slug: string, thread: CodeThread) =>
  api.post<Issue>(`${threadPath(slug, thread)}/issue`)
