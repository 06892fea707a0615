// The history of a file over REST.
import { keepPreviousData, useInfiniteQuery, useQuery } from '@tanstack/react-query'
import type {
  FileDiff,
  FileVersion,
  HistorySize,
  VersionContent,
} from '../../server/versions/schema.ts'
import { api, query } from '../api.ts'
import { queryClient } from '../query.ts'
import type { Answer } from '../wire.ts'

const PAGE = 50

const address = (slug: string, fileId: string, rest = '') =>
  `/projects/${encodeURIComponent(slug)}/files/${fileId}/versions${rest}`
const historyKey = (slug: string, fileId: string) => ['versions', slug, fileId]

type HistoryAnswer = Answer<FileVersion[]> & { meta: { history: HistorySize } }

export const useVersions = (slug: string, fileId: string, named: boolean) =>
  useInfiniteQuery({
    queryKey: [...historyKey(slug, fileId), 'list', named],
    queryFn: async ({ pageParam: page }) => {
      const filter = named ? 'true' : null
      const path = address(slug, fileId) + query({ page, limit: PAGE, named: filter })
      const { data, meta } = (await api.list<FileVersion>(path)) as HistoryAnswer
      const pages = Math.ceil((meta.pagination?.total ?? 0) / PAGE)
      return { data, history: meta.history, page, pages }
    },
    initialPageParam: 1,
    getNextPageParam: ({ page, pages }) => (page < pages ? page + 1 : undefined),
    placeholderData: keepPreviousData,
  })

export const useDiff = (slug: string, fileId: string, from: string, to: string, context: number) =>
  useQuery({
    queryKey: [...historyKey(slug, fileId), 'diff', from, to, context],
    queryFn: ({ signal }) =>
      api.get<FileDiff>(address(slug, fileId, `/${from}/diff/${to}`) + query({ context }), signal),
    placeholderData: keepPreviousData,
  })

export const useVersionContent = (slug: string, fileId: string, id: string) =>
  useQuery({
    queryKey: [...historyKey(slug, fileId), 'text', id],
    queryFn: () => api.get<VersionContent>(address(slug, fileId, `/${id}`)),
    placeholderData: keepPreviousData,
  })

export function refreshVersions(slug: string, { fileId }: Pick<FileVersion, 'fileId'>) {
  void queryClient.invalidateQueries({ queryKey: historyKey(slug, fileId) })
}

/** Only what says `current`. Resolves when it came, or did not */
export const refreshCurrent = (slug: string, fileId: string) =>
  queryClient.invalidateQueries({
    queryKey: historyKey(slug, fileId),
    predicate: ({ queryKey }) => queryKey.includes('current'),
  })

export async function createVersion(slug: string, fileId: string, name: string) {
  const version = await api.post<FileVersion>(address(slug, fileId), { name })
  refreshVersions(slug, version)
  return version
}

export async function nameVersion(slug: string, { fileId, id }: FileVersion, name: string | null) {
  const version = await api.patch<FileVersion>(address(slug, fileId, `/${id}`), { name })
  refreshVersions(slug, version)
}

export async function restoreVersion(slug: string, { fileId, id }: FileVersion) {
  const restored = await api.post<{ version: FileVersion }>(address(slug, fileId, `/${id}/restore`))
  refreshVersions(slug, restored.version)
  return restored.version
}
