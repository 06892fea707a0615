// One process prepares the binary, the others on this cache wait and show how far it is. The lock saves work and is
// not what keeps the cache whole: that is the atomic rename at the end.
import { open, readFile, stat, unlink } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'

export interface Lock {
  release(): Promise<void>
}

/** A holder that has not written for so long is dead. Process ids would not do: containers may share a cache. */
const staleMs = 15_000
const beatMs = 1_000
const pollMs = 300

/**
 * Waits for the lock.
 * @param describe what the lock file says, written again and again while it is held
 * @param onWaiting gets what the holder wrote there
 */
export async function takeLock(
  file: string,
  signal: AbortSignal,
  describe: () => string,
  onWaiting: (description: string) => void,
): Promise<Lock> {
  let last = ''
  for (;;) {
    signal.throwIfAborted()
    const handle = await open(file, 'wx').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'EEXIST') return null
      throw error
    })
    if (handle) return holdLock(file, handle, describe)
    const [held, description] = await Promise.all([
      statOf(file),
      readFile(file, 'utf8').catch(() => ''),
    ])
    if (held && Date.now() - held.mtimeMs > staleMs) {
      await unlink(file).catch(() => {})
      continue
    }
    if (description !== last) onWaiting(description)
    last = description
    await sleep(pollMs, undefined, { signal })
  }
}

async function holdLock(
  file: string,
  handle: Awaited<ReturnType<typeof open>>,
  describe: () => string,
): Promise<Lock> {
  // Through the handle, never the path: should another process have taken the lock over, this writes into nothing.
  const beat = async () => {
    const text = Buffer.from(describe())
    await handle.write(text, 0, text.length, 0)
    await handle.truncate(text.length)
  }
  let writing = beat()
  await writing
  const timer = setInterval(() => {
    writing = beat().catch(() => {})
  }, beatMs)
  return {
    async release() {
      clearInterval(timer)
      await writing
      const [own, current] = await Promise.all([handle.stat(), statOf(file)])
      if (own.ino === current?.ino) await unlink(file).catch(() => {})
      await handle.close()
    },
  }
}

const statOf = (file: string) => stat(file).catch(() => null)
