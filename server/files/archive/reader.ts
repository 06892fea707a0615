// Reads an archive for yauzl, which asks for any place that the archive names. Its own reader lets Node throw at places
// beyond 2^53, in the middle of callbacks: the process ends, or the next read waits for ever.
import type { FileHandle } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { RandomAccessReader } from 'yauzl'

const CHUNK = 64 * 1024

/** Whoever opened the file closes it, also where no archive is in it. */
export class ArchiveReader extends RandomAccessReader {
  readonly #file: FileHandle
  readonly #size: number

  constructor(file: FileHandle, size: number) {
    super()
    this.#file = file
    this.#size = size
  }

  override read(
    buffer: Buffer,
    offset: number,
    length: number,
    position: number,
    done: (error: Error | null) => void,
  ) {
    this.#fill(buffer.subarray(offset, offset + length), position).then(() => done(null), done)
  }

  override _readStreamForRange(start: number, end: number) {
    return Readable.from(this.#chunks(start, end), { objectMode: false })
  }

  async *#chunks(start: number, end: number) {
    for (let at = start; at < end; at += CHUNK)
      yield await this.#fill(Buffer.allocUnsafe(Math.min(CHUNK, end - at)), at)
  }

  async #fill(buffer: Buffer, position: number) {
    if (position + buffer.length > this.#size)
      throw new Error('it names a place that it does not have')
    const { bytesRead } = await this.#file.read(buffer, 0, buffer.length, position)
    if (bytesRead < buffer.length) throw new Error('it ended while it was read')
    return buffer
  }
}
