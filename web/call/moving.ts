// A call that moves to another server: the old media is kept until the new one has all of it, and a little longer for
// those who are slower.
import type { CallConnection } from './connection.ts'

const PATIENCE = 5_000
const LOOK_AGAIN = 50
const LINGER = 2_000

const tracks = ({ peers }: CallConnection) =>
  peers.flatMap(({ user, media }) =>
    Object.entries(media).flatMap(([source, { track }]) => (track ? `${user.id} ${source}` : [])),
  )

/**
 * Resolves when the new connection can be shown instead of the old one.
 * @param isWanted whether the person is still in this call
 */
export async function takeOver(
  old: CallConnection,
  opened: CallConnection,
  isWanted: () => boolean,
): Promise<void> {
  const deadline = performance.now() + PATIENCE
  const isReady = () => {
    const now = new Set(tracks(opened))
    return tracks(old).every((track) => now.has(track))
  }
  while (isWanted() && !isReady() && performance.now() < deadline) await pause(LOOK_AGAIN)
  setTimeout(() => old.close(), LINGER)
}

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds))
