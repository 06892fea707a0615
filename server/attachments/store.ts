// Where the bytes of attachments lie. One interface, so that they can lie elsewhere: an S3 bucket needs these four.
import { once } from 'node:events'
import { createReadStream, createWriteStream } from 'node:fs'
import { mkdir, open, readdir, rename, rm, statfs } from 'node:fs/promises'
import path from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { AppError } from '../../protocol/errors.ts'

export type Bytes = AsyncIterable<Uint8Array>

export interface AttachmentStore {
  /**
   * Keeps the whole stream under the id, or nothing of it.
   * @returns its size
   * @throws AppError PAYLOAD_TOO_LARGE, UNAVAILABLE
   */
  put(id: string, bytes: Bytes, maxBytes: number): Promise<number>
  /** @returns undefined when there is nothing under the id */
  open(id: string): Promise<ReadableStream<Uint8Array> | undefined>
  /** Nothing under the id is no error. */
  remove(id: string): Promise<void>
  /** The ids of all that is there, what is half there included, in groups */
  list(): AsyncIterable<string[]>
}

/** What a stream holds beyond a limit ends it. */
export async function* limit(bytes: Bytes, maxBytes: number, what = 'file') {
  let size = 0
  for await (const chunk of bytes) {
    size += chunk.byteLength
    if (size > maxBytes) {
      throw new AppError('PAYLOAD_TOO_LARGE', `The ${what} is larger than ${maxBytes} bytes`)
    }
    yield chunk
  }
}

const isMissing = (error: unknown) => (error as NodeJS.ErrnoException).code === 'ENOENT'

/** What uploads leave free, bytes: an embedded database that cannot write ends the server. */
const SPARE = 256 * 1024 * 1024

/** Between two looks, bytes */
const LOOK_EVERY = 8 * 1024 * 1024

/**
 * The same bytes, as long as the disk of this folder has room for them.
 * @throws AppError UNAVAILABLE
 */
export async function* whileRoom(bytes: Bytes, folder: string, spare = SPARE) {
  let unseen = LOOK_EVERY
  for await (const chunk of bytes) {
    unseen += chunk.byteLength
    if (unseen > LOOK_EVERY) {
      const { bavail, bsize } = await statfs(folder)
      if (bavail * bsize < spare)
        throw new AppError('UNAVAILABLE', 'The disk of the server has no room for files now')
      unseen = 0
    }
    yield chunk
  }
}

const PART = '.part'

/**
 * A directory of this machine, or one that all nodes share. It need not exist yet.
 * @param spare bytes that uploads leave free on its disk
 */
export function createDirectoryStore(directory: string, spare = SPARE): AttachmentStore {
  /** The end of an id is random, so that no folder grows large. */
  const folderOf = (id: string) => path.join(directory, id.slice(-2))
  const fileOf = (id: string) => path.join(folderOf(id), id)

  return {
    async put(id, bytes, maxBytes) {
      await mkdir(folderOf(id), { recursive: true })
      const part = fileOf(id) + PART
      try {
        // `flush`: on disk before it has its name.
        const file = createWriteStream(part, { flags: 'wx', flush: true })
        await pipeline(limit(whileRoom(bytes, folderOf(id), spare), maxBytes), file)
        await rename(part, fileOf(id))
        await syncDirectory(folderOf(id))
        return file.bytesWritten
      } catch (error) {
        await rm(part, { force: true })
        throw error
      }
    },

    async open(id) {
      try {
        // No FileHandle: one that is left to the garbage collector ends the process.
        const file = createReadStream(fileOf(id))
        await once(file, 'open')
        return Readable.toWeb(file) as ReadableStream<Uint8Array>
      } catch (error) {
        if (isMissing(error)) return undefined
        throw error
      }
    },

    async remove(id) {
      await rm(fileOf(id), { force: true })
      await rm(fileOf(id) + PART, { force: true })
    },

    async *list() {
      for (const folder of await readFolder(directory)) {
        const names = await readFolder(path.join(directory, folder))
        yield names.map((name) => (name.endsWith(PART) ? name.slice(0, -PART.length) : name))
      }
    },
  }
}

async function readFolder(folder: string) {
  try {
    return await readdir(folder)
  } catch (error) {
    if (isMissing(error)) return []
    throw error
  }
}

/** The new name is on disk, too. Windows cannot, and need not. */
async function syncDirectory(folder: string) {
  if (process.platform === 'win32') return
  const handle = await open(folder)
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
