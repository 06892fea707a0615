// Projects over REST, and where they stand in the cache.
import { keepPreviousData, useInfiniteQuery, useQuery } from '@tanstack/react-query'
import type { Project, ProjectDetails, ProjectFilter } from '../../server/projects/schema.ts'
import { api, query } from '../api.ts'
import { remembered } from '../offline/remembered.ts'
import { queryClient } from '../query.ts'

export const projectKey = (slug: string) => ['project', slug]

export const useProject = (slug: string) =>
  useQuery({
    ...remembered<ProjectDetails>(projectKey(slug)),
    queryKey: projectKey(slug),
    queryFn: () => api.get<ProjectDetails>(`/projects/${encodeURIComponent(slug)}`),
  })

export const useProjects = (filter: ProjectFilter) =>
  useInfiniteQuery({
    queryKey: ['projects', filter],
    queryFn: ({ pageParam }) =>
      api.list<Project>(`/projects${query({ ...filter, page: pageParam, limit: 24 })}`),
    initialPageParam: 1,
    getNextPageParam: ({ meta }) => {
      const pagination = meta?.pagination
      return pagination && pagination.page * pagination.limit < pagination.total
        ? pagination.page + 1
        : undefined
    },
    placeholderData: keepPreviousData,
  })

export async function refreshProjects(details?: ProjectDetails) {
  if (details) queryClient.setQueryData(projectKey(details.slug), details)
  await queryClient.invalidateQueries({ queryKey: ['projects'] })
}

/** Whoever comes by a public project's page. */
export async function joinProject(slug: string) {
  await api.post(`/projects/${encodeURIComponent(slug)}/members`, { role: 'contributor' })
  await Promise.all([
    queryClient.invalidateQueries({ queryKey: projectKey(slug) }),
    queryClient.invalidateQueries({ queryKey: ['projects'] }),
  ])
}
