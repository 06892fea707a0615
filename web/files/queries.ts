// The files of a project over REST: all of them, since the tree shows all of them.
import { useQuery } from '@tanstack/react-query'
import type { FileWithContent, ProjectFile } from '../../server/files/schema.ts'
import { api, query } from '../api.ts'
import { remembered } from '../offline/remembered.ts'
import { queryClient } from '../query.ts'

const filesKey = (slug: string) => ['files', slug]
const address = (slug: string, id = '') =>
  `/projects/${encodeURIComponent(slug)}/files${id && `/${id}`}`

async function listAll(slug: string): Promise<ProjectFile[]> {
  const files: ProjectFile[] = []
  for (let page = 1; ; page += 1) {
    const { data, meta } = await api.list<ProjectFile>(address(slug) + query({ page, limit: 100 }))
    files.push(...data)
    if (data.length === 0 || files.length >= (meta?.pagination?.total ?? 0)) return files
  }
}

export const useFiles = (slug: string) =>
  useQuery({
    ...remembered<ProjectFile[]>(filesKey(slug)),
    queryKey: filesKey(slug),
    queryFn: () => listAll(slug),
  })

/** The same without asking for it: what the room has loaded already. */
export const useKnownFiles = (slug: string) =>
  useQuery({ queryKey: filesKey(slug), queryFn: () => listAll(slug), enabled: false })

/** What the room or an own change tells. Nothing is known yet where the list was not loaded. */
export function putFile(slug: string, file: ProjectFile) {
  queryClient.setQueryData<ProjectFile[]>(filesKey(slug), (files) =>
    files ? [...files.filter(({ id }) => id !== file.id), file] : undefined,
  )
}
/** With a folder, what is in it changes, too. */
export function changeFile(slug: string, file: ProjectFile) {
  if (file.kind === 'folder') refreshFiles(slug)
  else putFile(slug, file)
}
export function removeFile(slug: string, file: ProjectFile) {
  if (file.kind === 'folder') refreshFiles(slug)
  else dropFile(slug, file)
}
export const refreshFiles = (slug: string) =>
  void queryClient.invalidateQueries({ queryKey: filesKey(slug) })
export function dropFile(slug: string, file: Pick<ProjectFile, 'id'>) {
  queryClient.setQueryData<ProjectFile[]>(filesKey(slug), (files) =>
    files?.filter(({ id }) => id !== file.id),
  )
}

export async function createFile(slug: string, path: string): Promise<ProjectFile> {
  const { content: _content, ...file } = await api.post<FileWithContent>(address(slug), { path })
  putFile(slug, file)
  return file
}
export async function renameFile(slug: string, id: string, path: string) {
  const { content: _content, ...file } = await api.patch<FileWithContent>(address(slug, id), {
    path,
  })
  putFile(slug, file)
}
export async function deleteFile(slug: string, id: string) {
  await api.delete(address(slug, id))
  dropFile(slug, { id })
}
