// Issues over REST, and where they stand in the cache: lists and single ones below ['issues', slug].
import { useInfiniteQuery, useQuery, keepPreviousData } from '@tanstack/react-query'
import type {
  Comment,
  Issue,
  IssueChange,
  IssueFilter,
  NewIssue,
} from '../../server/issues/schema.ts'
import { api, query } from '../api.ts'
import { queryClient } from '../query.ts'

const base = (slug: string) => `/projects/${encodeURIComponent(slug)}/issues`
const listKey = (slug: string) => ['issues', slug]
const issueKey = (slug: string, number: number) => ['issue', slug, number]
const commentsKey = (slug: string) => ['comments', slug]

export const useIssues = (slug: string, filter: IssueFilter) =>
  useInfiniteQuery({
    queryKey: [...listKey(slug), filter],
    queryFn: ({ pageParam }) =>
      api.list<Issue>(base(slug) + query({ ...filter, page: pageParam, limit: 50 })),
    initialPageParam: 1,
    getNextPageParam: ({ meta }) => {
      const pagination = meta?.pagination
      return pagination && pagination.page * pagination.limit < pagination.total
        ? pagination.page + 1
        : undefined
    },
    placeholderData: keepPreviousData,
  })

export const useIssue = (slug: string, number: number) =>
  useQuery({
    queryKey: issueKey(slug, number),
    queryFn: () => api.get<Issue>(`${base(slug)}/${number}`),
  })

export const useComments = (slug: string, number: number) =>
  useQuery({
    queryKey: [...commentsKey(slug), number],
    queryFn: async () => {
      const comments: Comment[] = []
      for (let page = 1; ; page += 1) {
        const path = `${base(slug)}/${number}/comments${query({ page, limit: 100 })}`
        const { data, meta } = await api.list<Comment>(path)
        comments.push(...data)
        if (data.length === 0 || comments.length >= (meta?.pagination?.total ?? 0)) return comments
      }
    },
  })

/** The lists are loaded anew; a page that shows this issue is, too. */
export function refreshIssue(slug: string, issue: Pick<Issue, 'number'>) {
  void queryClient.invalidateQueries({ queryKey: listKey(slug) })
  void queryClient.invalidateQueries({ queryKey: issueKey(slug, issue.number) })
  void queryClient.invalidateQueries({ queryKey: ['project', slug] })
  void queryClient.invalidateQueries({ queryKey: ['projects'] })
}
export function refreshComments(slug: string) {
  void queryClient.invalidateQueries({ queryKey: commentsKey(slug) })
  void queryClient.invalidateQueries({ queryKey: listKey(slug) })
}

export async function createIssue(slug: string, draft: NewIssue): Promise<Issue> {
  const issue = await api.post<Issue>(base(slug), draft)
  queryClient.setQueryData(issueKey(slug, issue.number), issue)
  refreshIssue(slug, issue)
  return issue
}

/** Shown at once, taken back where the server refuses. */
export async function changeIssue(slug: string, issue: Issue, change: IssueChange) {
  const key = issueKey(slug, issue.number)
  await queryClient.cancelQueries({ queryKey: key })
  const shown = {
    ...issue,
    ...Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined)),
  }
  queryClient.setQueryData(key, shown)
  try {
    queryClient.setQueryData(key, await api.patch<Issue>(`${base(slug)}/${issue.id}`, change))
    void queryClient.invalidateQueries({ queryKey: listKey(slug) })
  } catch (error) {
    queryClient.setQueryData(key, issue)
    throw error
  }
}

export async function deleteIssue(slug: string, issue: Issue) {
  await api.delete(`${base(slug)}/${issue.id}`)
  queryClient.removeQueries({ queryKey: issueKey(slug, issue.number) })
  void queryClient.invalidateQueries({ queryKey: listKey(slug) })
}

export async function addComment(slug: string, issue: Issue, content: string) {
  await api.post<Comment>(`${base(slug)}/${issue.id}/comments`, { content })
  refreshComments(slug)
}
