// A body that is too large for the memory, in a file of its own for as long as it is needed.
import { createWriteStream } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { pipeline } from 'node:stream/promises'
import { AppError } from '../../../protocol/errors.ts'
import { whileRoom, type Bytes } from '../../attachments/store.ts'

async function* limit(bytes: Bytes, maxBytes: number) {
  let size = 0
  for await (const chunk of bytes) {
    size += chunk.byteLength
    if (size > maxBytes)
      throw new AppError('PAYLOAD_TOO_LARGE', `The archive is larger than ${maxBytes} bytes`)
    yield chunk
  }
}

/** @throws AppError PAYLOAD_TOO_LARGE, UNAVAILABLE */
export async function withReceived<Result>(
  bytes: Bytes,
  maxBytes: number,
  use: (file: string) => Promise<Result>,
): Promise<Result> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'openlaunch-archive-'))
  try {
    const file = path.join(folder, 'archive.zip')
    await pipeline(limit(whileRoom(bytes, folder), maxBytes), createWriteStream(file))
    return await use(file)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
