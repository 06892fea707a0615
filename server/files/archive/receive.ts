// A body that is too large for the memory, in a file of its own for as long as it is needed.
import { createWriteStream } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { pipeline } from 'node:stream/promises'
import { limit, whileRoom, type Bytes } from '../../attachments/store.ts'

/** @throws AppError PAYLOAD_TOO_LARGE, UNAVAILABLE */
export async function withReceived<Result>(
  bytes: Bytes,
  maxBytes: number,
  use: (file: string) => Promise<Result>,
): Promise<Result> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'openlaunch-archive-'))
  try {
    const file = path.join(folder, 'archive.zip')
    await pipeline(limit(whileRoom(bytes, folder), maxBytes, 'archive'), createWriteStream(file))
    return await use(file)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
