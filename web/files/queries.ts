// The files of a project over REST: all of them, since the tree shows all of them.
import { useQuery } from '@tanstack/react-query'
import { NIL } from 'uuid'
import type {
  FileChange,
  FileWithContent,
  NewFile,
  ProjectFile,
  TrashedFile,
} from '../../server/files/schema.ts'
import { api, listAll, query } from '../api.ts'
import { remembered } from '../offline/remembered.ts'
import { applyNews, queryClient } from '../query.ts'
import { changeFiles, removeFiles } from './changes.ts'

const filesKey = (slug: string) => ['files', slug]
const trashKey = (slug: string) => ['trash', slug]
/** Below /api/v1 */
export const fileAddress = (slug: string, rest = '') =>
  `/projects/${encodeURIComponent(slug)}/files${rest && `/${rest}`}`

/** @param version other bytes have another address, so that what was cached is not shown for them */
export const rawAddress = (slug: string, fileId: string, version: string) =>
  `${fileAddress(slug, `${fileId}/raw`)}?version=${version}`

const listFiles = (slug: string) =>
  listAll<ProjectFile, string>(fileAddress(slug), { key: ({ id }) => id, start: NIL, limit: 1_000 })

/** Folders included */
export const useFiles = (slug: string) =>
  useQuery({
    ...remembered<ProjectFile[]>(filesKey(slug)),
    queryKey: filesKey(slug),
    queryFn: () => listFiles(slug),
  })

/** The same without asking for it: what the room has loaded already. */
export const useKnownFiles = (slug: string) =>
  useQuery({ queryKey: filesKey(slug), queryFn: () => listFiles(slug), enabled: false })

export const knownFiles = (slug: string) =>
  queryClient.getQueryData<ProjectFile[]>(filesKey(slug)) ?? []

export function refreshFiles(slug: string) {
  void queryClient.invalidateQueries({ queryKey: filesKey(slug) })
  void queryClient.invalidateQueries({ queryKey: trashKey(slug) })
}

/** What the room or an own change tells. */
export function putFile(slug: string, file: ProjectFile) {
  applyNews<ProjectFile[]>(filesKey(slug), (files) => changeFiles(files, file))
  const { parentId } = file
  if (parentId !== null && !knownFiles(slug).some(({ id }) => id === parentId)) refreshFiles(slug)
}
export function dropFile(slug: string, file: Pick<ProjectFile, 'id'>) {
  applyNews<ProjectFile[]>(filesKey(slug), (files) => removeFiles(files, file.id))
  void queryClient.invalidateQueries({ queryKey: trashKey(slug) })
}
/** What came back with a folder is only known to the server. */
export function returnFile(slug: string, file: ProjectFile) {
  putFile(slug, file)
  refreshFiles(slug)
}

const withoutContent = ({ content: _content, ...file }: FileWithContent): ProjectFile => file

export async function createFile(slug: string, file: NewFile): Promise<ProjectFile> {
  const created = withoutContent(await api.post<FileWithContent>(fileAddress(slug), file))
  putFile(slug, created)
  return created
}
export async function changeFile(slug: string, id: string, change: FileChange) {
  putFile(slug, withoutContent(await api.patch<FileWithContent>(fileAddress(slug, id), change)))
}
export async function deleteFile(slug: string, id: string) {
  await api.delete(fileAddress(slug, id))
  dropFile(slug, { id })
}
export async function restoreFile(slug: string, id: string): Promise<ProjectFile> {
  const file = await api.post<ProjectFile>(fileAddress(slug, `${id}/restore`))
  returnFile(slug, file)
  return file
}

export const useTrash = (slug: string) =>
  useQuery({
    queryKey: trashKey(slug),
    queryFn: async () => {
      const path = fileAddress(slug, 'trash') + query({ limit: 100 })
      const { data, meta } = await api.list<TrashedFile>(path)
      return { newest: data, count: meta?.pagination?.total ?? data.length }
    },
  })
/** @param id all of it where there is none */
export async function purgeTrash(slug: string, id?: string) {
  await api.delete(fileAddress(slug, id === undefined ? 'trash' : `trash/${id}`))
  await queryClient.invalidateQueries({ queryKey: trashKey(slug) })
}
