// Files on their way into the tree, a few at a time. Where something is already, a person is asked; zips are unpacked
// by the server.
import { v4 } from 'uuid'
import type { ProjectFile } from '../../server/files/schema.ts'
import { selfId } from '../accounts/session.ts'
import { query } from '../api.ts'
import { sendBytes } from '../bytes.ts'
import { readableSizes } from '../size.ts'
import { createStore } from '../store.ts'
import { errorMessage, isAppError } from '../wire.ts'
import type { Dropped } from './dropped.ts'
import { openFolders } from './explorer.ts'
import { freeName } from './names.ts'
import { createFile, fileAddress, knownFiles, putFile, refreshFiles } from './queries.ts'
import { foldersAbove, joinPath, nameOf } from './tree.ts'

export type Choice = 'replace' | 'both' | 'skip'

export interface Upload {
  key: string
  kind: 'file' | 'zip'
  /** Where it goes; of a zip, the folder it is unpacked into */
  path: string
  file: File
  /** `asking`: something is there already */
  state: 'waiting' | 'sending' | 'asking' | 'done' | 'skipped' | 'failed'
  /** 0 to 1 */
  progress: number
  replace: boolean
  /** Why it failed, or what came of a zip */
  message: string | null
  /** Something of a zip was left out: for a person to read */
  partly: boolean
}

export interface ImportResult {
  created: number
  replaced: number
  /** The first of them */
  skipped: { path: string; reason: string }[]
  skippedCount: number
}

/** What went well is shown for so long, milliseconds. */
const SHOWN_FOR = 6_000
/** At a time */
const LANES = 2
const over = ['done', 'skipped', 'failed']

const number = (count: number, word: string) => `${count} ${word}${count === 1 ? '' : 's'}`

function describeImport({ created, replaced, skipped, skippedCount }: ImportResult) {
  const parts = [`${number(created, 'file')} created`]
  if (replaced > 0) parts.push(`${replaced} replaced`)
  if (skippedCount > 0) {
    const reasons = skipped.slice(0, 5).map(({ path, reason }) => `${path}: ${reason}`)
    const more = skippedCount > 5 ? [`and ${skippedCount - 5} more`] : []
    parts.push(`${skippedCount} left out (${[...reasons, ...more].join('; ')})`)
  }
  return parts.join(', ')
}

function createUploads(slug: string) {
  const store = createStore<readonly Upload[]>([])
  const running = new Map<string, AbortController>()
  /** What was said for all of those that are on their way */
  let standing: Choice | null = null
  let leaving: ReturnType<typeof setTimeout> | undefined

  const change = (key: string, part: Partial<Upload>) =>
    store.set(store.get().map((entry) => (entry.key === key ? { ...entry, ...part } : entry)))
  const fileAt = (path: string) => knownFiles(slug).find((file) => file.path === path)
  const isTaken = (path: string) =>
    fileAt(path) !== undefined ||
    store.get().some((entry) => entry.path === path && !over.includes(entry.state))

  /** What is over is not shown any more. */
  function clear() {
    store.set(store.get().filter(({ state }) => !over.includes(state)))
  }

  function choose({ key, path }: Upload, choice: Choice) {
    if (choice === 'skip') change(key, { state: 'skipped' })
    // A file cannot take the place of a folder.
    else if (choice === 'both' || fileAt(path)?.kind === 'folder') {
      change(key, { state: 'waiting', path: freeName(path, isTaken) })
    } else change(key, { state: 'waiting', replace: true })
  }

  async function send({ key, kind, path, file, replace }: Upload) {
    const stop = new AbortController()
    running.set(key, stop)
    change(key, { state: 'sending', progress: 0, message: null })
    const onProgress = (progress: number) => change(key, { progress })
    try {
      if (kind === 'zip') {
        const address = fileAddress(slug, 'import') + query({ folder: path })
        const zip = file.slice(0, file.size, 'application/zip')
        const result = await sendBytes<ImportResult>(address, zip, onProgress, stop.signal)
        const partly = result.skippedCount > 0
        change(key, { state: 'done', progress: 1, message: describeImport(result), partly })
        refreshFiles(slug)
      } else {
        const address =
          fileAddress(slug, 'upload') + query({ path, replace: replace ? 'true' : null })
        putFile(slug, await sendBytes<ProjectFile>(address, file, onProgress, stop.signal))
        change(key, { state: 'done', progress: 1 })
      }
    } catch (error) {
      if (stop.signal.aborted) change(key, { state: 'skipped' })
      else if (isAppError(error) && error.code === 'CONFLICT' && fileAt(path) && !replace) {
        change(key, { state: 'asking' })
      } else change(key, { state: 'failed', message: readableSizes(errorMessage(error)) })
    } finally {
      running.delete(key)
      pump()
    }
  }

  function pump() {
    for (const { key, state, kind, path, replace } of store.get()) {
      const asks = state === 'waiting' && kind === 'file' && !replace && fileAt(path)
      if (asks) change(key, { state: 'asking' })
    }
    for (const entry of store.get()) {
      if (standing && entry.state === 'asking') choose(entry, standing)
    }
    for (const entry of store.get()) {
      if (entry.state === 'waiting' && running.size < LANES) void send(entry)
    }
    clearTimeout(leaving)
    if (!store.get().every(({ state }) => over.includes(state))) return
    standing = null
    const isNews = ({ state, partly }: Upload) => state === 'failed' || partly
    if (!store.get().some(isNews)) leaving = setTimeout(clear, SHOWN_FOR)
  }

  const begin = (kind: Upload['kind'], path: string, file: File): Upload => ({
    key: v4(),
    kind,
    path,
    file,
    state: 'waiting',
    progress: 0,
    replace: false,
    message: null,
    partly: false,
  })
  const show = (folder: string) => {
    const target = fileAt(folder)
    if (!target) return
    const files = new Map(knownFiles(slug).map((file) => [file.id, file]))
    openFolders(
      slug,
      [target, ...foldersAbove(files, target)].map(({ id }) => id),
    )
  }

  return {
    get: store.get,
    subscribe: store.subscribe,

    /** @param folder path of the one they go into; empty: the top */
    add({ files, folders }: Dropped, folder: string) {
      show(folder)
      const added = files.map(({ path, file }) => begin('file', joinPath(folder, path), file))
      store.set([...store.get().filter(({ state }) => state !== 'done'), ...added])
      for (const path of folders) {
        // One that is there already is as good.
        void createFile(slug, { path: joinPath(folder, path), kind: 'folder' }).catch(() => {})
      }
      pump()
    },
    unpack(file: File, folder: string) {
      show(folder)
      store.set([...store.get(), begin('zip', folder, file)])
      pump()
    },
    answer(entry: Upload, choice: Choice, forAll: boolean) {
      if (forAll) standing = choice
      choose(entry, choice)
      pump()
    },
    retry({ key }: Upload) {
      change(key, { state: 'waiting', message: null })
      pump()
    },
    cancel() {
      store.set(
        store
          .get()
          .map((entry) =>
            entry.state === 'waiting' || entry.state === 'asking'
              ? { ...entry, state: 'skipped' as const }
              : entry,
          ),
      )
      for (const stop of running.values()) stop.abort()
    },
    clear,
  }
}

const kept = new Map<string, ReturnType<typeof createUploads>>()

/** Of a person in a project: they go on while one looks at something else. */
export function uploadsOf(slug: string) {
  const key = `${selfId()}/${slug}`
  const known = kept.get(key) ?? createUploads(slug)
  kept.set(key, known)
  return known
}

/** What it is called in words. */
export const uploadName = ({ kind, path, file }: Upload) =>
  kind === 'zip' ? file.name : nameOf(path)
