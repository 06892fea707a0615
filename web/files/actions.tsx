// What is done with files from the tree, each with its way back: the last things done can be undone, one by one.
import { Button, Group } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { navigate } from 'wouter/use-browser-location'
import { commonFolder } from '../../server/files/archive/schema.ts'
import type { ProjectFile } from '../../server/files/schema.ts'
import { selfId } from '../accounts/session.ts'
import { query } from '../api.ts'
import { notify, notifyError } from '../notice.ts'
import { save } from '../bytes.ts'
import {
  changeFile,
  deleteFile,
  fileAddress,
  knownFiles,
  refreshFiles,
  restoreFile,
} from './queries.ts'
import { foldersAbove, isFolder, nameOf, outermost } from './tree.ts'

const byId = (slug: string) => new Map(knownFiles(slug).map((file) => [file.id, file]))
export const filePath = (slug: string, id: string) => `/p/${slug}/files/${id}`

interface Done {
  id: string
  undo: () => Promise<void>
}
/** Of each person in each project, the last one last */
const done = new Map<string, Done[]>()
const doneIn = (slug: string) => done.get(`${selfId()}/${slug}`) ?? []
const setDone = (slug: string, entries: Done[]) => done.set(`${selfId()}/${slug}`, entries)
const NOTICE = 10_000

function remember(slug: string, undo: Done['undo']) {
  const entry = { id: crypto.getRandomValues(new Uint32Array(2)).join('-'), undo }
  setDone(slug, [...doneIn(slug), entry].slice(-50))
  return entry
}

async function takeBack(slug: string, entry: Done) {
  setDone(
    slug,
    doneIn(slug).filter((other) => other !== entry),
  )
  notifications.hide(entry.id)
  try {
    await entry.undo()
  } catch (error) {
    notifyError(error, 'This could not be undone')
    refreshFiles(slug)
  }
}

/** Ctrl+Z in the tree. */
export function undoLast(slug: string) {
  const last = doneIn(slug).at(-1)
  if (last) void takeBack(slug, last)
  else notify('There is nothing to undo in the files')
}

function offerUndo(slug: string, message: string, entry: Done) {
  notifications.show({
    id: entry.id,
    autoClose: NOTICE,
    withBorder: true,
    message: (
      <Group justify="space-between" wrap="nowrap" gap="sm">
        <span style={{ overflowWrap: 'anywhere' }}>{message}</span>
        <Button
          size="compact-sm"
          variant="light"
          style={{ flex: 'none' }}
          onClick={() => void takeBack(slug, entry)}
        >
          Undo
        </Button>
      </Group>
    ),
  })
}

/** Does it to one after the other. @returns those that it worked for; the first refusal is told */
async function each(
  files: readonly ProjectFile[],
  failure: (file: ProjectFile) => string,
  work: (file: ProjectFile) => Promise<void>,
) {
  const worked: ProjectFile[] = []
  for (const file of files) {
    try {
      await work(file)
      worked.push(file)
    } catch (error) {
      notifyError(error, failure(file))
      break
    }
  }
  return worked
}

export async function deleteFiles(slug: string, ids: ReadonlySet<string>) {
  const all = byId(slug)
  const open = location.pathname
  const inside = [...all.values()].find(({ id }) => open.startsWith(filePath(slug, id)))
  const gone = await each(
    outermost(all, ids),
    ({ path }) => `${nameOf(path)} was not deleted`,
    ({ id }) => deleteFile(slug, id),
  )
  if (gone.length === 0) return
  const hides = ({ id }: ProjectFile) =>
    inside && (inside.id === id || foldersAbove(all, inside).some((folder) => folder.id === id))
  const wasOpen = gone.some(hides)
  if (wasOpen) navigate(`/p/${slug}`)
  const entry = remember(slug, async () => {
    for (const { id } of gone) await restoreFile(slug, id)
    if (wasOpen) navigate(open)
  })
  const what = gone.length === 1 && gone[0] ? nameOf(gone[0].path) : `${gone.length} files`
  offerUndo(slug, `Moved ${what} to the trash`, entry)
}

/** Whether it is somewhere else now, and not in what is moved. */
export function mayMove(
  files: ReadonlyMap<string, ProjectFile>,
  file: ProjectFile,
  folderId: string | null,
) {
  if (file.parentId === folderId || file.id === folderId) return false
  const folder = folderId === null ? undefined : files.get(folderId)
  return !folder || !foldersAbove(files, folder).some(({ id }) => id === file.id)
}

export async function moveFiles(slug: string, ids: ReadonlySet<string>, folderId: string | null) {
  const all = byId(slug)
  const moving = outermost(all, ids).filter((file) => mayMove(all, file, folderId))
  const moved = await each(
    moving,
    ({ path }) => `${nameOf(path)} was not moved`,
    ({ id }) => changeFile(slug, id, { parentId: folderId }),
  )
  if (moved.length === 0) return
  const entry = remember(slug, async () => {
    for (const { id, parentId } of moved) await changeFile(slug, id, { parentId })
  })
  const what = moved.length === 1 && moved[0] ? nameOf(moved[0].path) : `${moved.length} files`
  const folder = folderId === null ? 'the top' : (all.get(folderId)?.path ?? 'another folder')
  offerUndo(slug, `Moved ${what} to ${folder}`, entry)
}

/** @throws AppError, for beside the field */
export async function renameFile(slug: string, file: ProjectFile, name: string) {
  const { id, parentId, path } = file
  await changeFile(
    slug,
    id,
    name.includes('/') ? { path: path.slice(0, -nameOf(path).length) + name } : { name },
  )
  remember(slug, () => changeFile(slug, id, { parentId, name: nameOf(path) }))
}

/** A folder comes as a zip. @param file all of the project where there is none */
export async function downloadFile(slug: string, file?: ProjectFile) {
  const archive = fileAddress(slug, 'archive') + query({ folder: file?.path })
  const [path, name] =
    file && !isFolder(file)
      ? [fileAddress(slug, `${file.id}/raw`), nameOf(file.path)]
      : [archive, `${file ? nameOf(file.path) : slug}.zip`]
  await saveAs(path, name)
}

const saveAs = (path: string, name: string) =>
  save(path, name).catch((error: unknown) => notifyError(error, `${name} was not downloaded`))

/** Several come as one zip. */
export async function downloadFiles(slug: string, ids: ReadonlySet<string>) {
  const chosen = outermost(byId(slug), ids)
  if (chosen.length === 1) return downloadFile(slug, chosen[0])
  const name = `${nameOf(commonFolder(chosen.map(({ path }) => path))) || slug}.zip`
  await saveAs(`${fileAddress(slug, 'archive')}?ids=${chosen.map(({ id }) => id).join(',')}`, name)
}

export const copyPath = (path: string) =>
  void navigator.clipboard.writeText(path).then(
    () => notify('Path copied'),
    () => notify('The browser did not let us copy'),
  )
