// Files on their way into a message: uploaded as soon as they are chosen, so that sending does not wait.
import { v4 } from 'uuid'
import type { Attachment } from '../../../protocol/chat.ts'
import { MAX_ATTACHMENTS } from '../../../protocol/limits.ts'
import { selfId } from '../../accounts/session.ts'
import { api, query } from '../../api.ts'
import { sendBytes } from '../../bytes.ts'
import { readableSizes } from '../../size.ts'
import { createStore } from '../../store.ts'
import { errorMessage, isAppError } from '../../wire.ts'

export interface Upload {
  key: string
  file: File
  /** Address of the picture in this page; null for other files */
  preview: string | null
  /** 0 to 1 */
  progress: number
  /** Once it is uploaded */
  attachment: Attachment | null
  error: string | null
  /** whether trying again could help */
  passes: boolean
}

/** What the server would refuse again. */
const isRefusal = (error: unknown) =>
  isAppError(error) && !['UNAVAILABLE', 'RATE_LIMITED', 'INTERNAL_ERROR'].includes(error.code)

export const attachmentPath = (slug: string, id = '') =>
  `/projects/${encodeURIComponent(slug)}/attachments${id && `/${id}`}`

export function createUploads(slug: string) {
  const store = createStore<{ files: readonly Upload[]; refusal: string | null }>({
    files: [],
    refusal: null,
  })
  const running = new Map<string, AbortController>()
  const change = (key: string, part: Partial<Upload>) => {
    const { files, refusal } = store.get()
    store.set({
      files: files.map((entry) => (entry.key === key ? { ...entry, ...part } : entry)),
      refusal,
    })
  }
  const start = (key: string, file: File) => {
    const stop = new AbortController()
    running.set(key, stop)
    const path = attachmentPath(slug) + query({ name: file.name || 'image' })
    sendBytes<Attachment>(path, file, (progress) => change(key, { progress }), stop.signal)
      .then((attachment) => change(key, { attachment, progress: 1 }))
      .catch((error: unknown) =>
        change(key, { error: readableSizes(errorMessage(error)), passes: !isRefusal(error) }),
      )
      .finally(() => running.delete(key))
  }
  const forget = ({ key, preview }: Upload) => {
    running.get(key)?.abort()
    if (preview) URL.revokeObjectURL(preview)
  }

  return {
    get: store.get,
    subscribe: store.subscribe,

    add(chosen: readonly File[]) {
      const { files } = store.get()
      const room = MAX_ATTACHMENTS - files.length
      const added = chosen.slice(0, room).map((file): Upload => ({
        key: v4(),
        file,
        preview: file.type.startsWith('image/') ? URL.createObjectURL(file) : null,
        progress: 0,
        attachment: null,
        error: null,
        passes: true,
      }))
      store.set({
        files: [...files, ...added],
        refusal: chosen.length > room ? `A message carries up to ${MAX_ATTACHMENTS} files.` : null,
      })
      for (const { key, file } of added) start(key, file)
    },
    retry(key: string) {
      const entry = store.get().files.find((file) => file.key === key)
      if (!entry) return
      change(key, { error: null, progress: 0 })
      start(key, entry.file)
    },
    remove(key: string) {
      const { files } = store.get()
      const entry = files.find((file) => file.key === key)
      if (!entry) return
      forget(entry)
      // It would go by itself within a day.
      if (entry.attachment)
        void api.delete(attachmentPath(slug, entry.attachment.id)).catch(() => {})
      store.set({ files: files.filter((file) => file !== entry), refusal: null })
    },
    /** What a message takes along is not ours any more. */
    take(): Attachment[] {
      const { files } = store.get()
      for (const entry of files) forget(entry)
      store.set({ files: [], refusal: null })
      return files.flatMap(({ attachment }) => attachment ?? [])
    },
  }
}

const kept = new Map<string, Uploads>()

/** Of a channel or thread: going elsewhere and back loses none. */
export function uploadsOf(slug: string, place: string): Uploads {
  const key = `${selfId()}/${place}`
  const known = kept.get(key) ?? createUploads(slug)
  kept.set(key, known)
  return known
}

export type Uploads = ReturnType<typeof createUploads>
