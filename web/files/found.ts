// Search in all files over REST: the server searches the newest text, also of files that are being written in.
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import type { FileMatch, FileMatches } from '../../server/files/search/schema.ts'
import { api, query } from '../api.ts'
import { fileAddress } from './queries.ts'

export interface Question {
  q: string
  /** Globs */
  include: string
  case: boolean
  word: boolean
  regex: boolean
}

export interface FoundFile {
  fileId: string
  path: string
  matches: FileMatch[]
}

export const noQuestion: Question = { q: '', include: '', case: false, word: false, regex: false }

function groupMatches(matches: readonly FileMatch[]): FoundFile[] {
  const files = new Map<string, FoundFile>()
  for (const match of matches) {
    const { fileId, path } = match
    const file = files.get(fileId) ?? { fileId, path, matches: [] }
    file.matches.push(match)
    files.set(fileId, file)
  }
  return [...files.values()]
}

export function useSearch(slug: string, asked: Question) {
  const flag = (on: boolean) => (on ? 'true' : null)
  const path =
    fileAddress(slug, 'search') +
    query({
      q: asked.q,
      include: asked.include.trim(),
      case: flag(asked.case),
      word: flag(asked.word),
      regex: flag(asked.regex),
    })
  return useQuery({
    queryKey: ['file-search', slug, asked],
    queryFn: async ({ signal }) => {
      const { matches, truncated } = await api.get<FileMatches>(path, signal)
      return { files: groupMatches(matches), count: matches.length, truncated }
    },
    enabled: asked.q !== '',
    placeholderData: (previous, before) =>
      asked.q === '' ? undefined : keepPreviousData(before?.state.error ? undefined : previous),
    retry: false,
    staleTime: 0,
  })
}
