// What a socket sent and was not looked at yet. `ws` gives out all frames of a chunk at once: those whose turn it is not
// wait here, and nothing more is read meanwhile.

export interface InboxOptions {
  /** Milliseconds until the next frame may be taken */
  rest(): number
  take(frame: Uint8Array): void
  /** Stops and starts the reading from the socket */
  pause(): void
  resume(): void
}

export type Inbox = ReturnType<typeof createInbox>

export function createInbox({ rest, take, pause, resume }: InboxOptions) {
  let frames: Uint8Array[] = []
  let timer: NodeJS.Timeout | undefined
  let isPaused = false
  let isTaking = false
  let onEmpty: (() => void) | undefined

  function wake() {
    timer = undefined
    run()
  }

  function run() {
    if (timer || isTaking) return
    isTaking = true
    let next = 0
    for (; next < frames.length; next += 1) {
      const ms = rest()
      if (ms > 0) {
        if (!isPaused) pause()
        isPaused = true
        // Who has just taken goes behind the other connections of the same person, which wait for the same time.
        timer = setTimeout(wake, next > 0 ? ms + 1 : ms)
        break
      }
      take(frames[next] as Uint8Array)
    }
    frames.splice(0, next)
    isTaking = false
    if (frames.length === 0) finish()
  }

  function read() {
    if (isPaused) resume()
    isPaused = false
  }

  function finish() {
    read()
    const then = onEmpty
    onEmpty = undefined
    then?.()
  }

  return {
    put(frame: Uint8Array) {
      frames.push(frame)
      run()
    },
    /** Before what came later */
    putBack(earlier: Uint8Array[]) {
      frames = [...earlier, ...frames]
      run()
    },
    /** Nothing more comes: calls back when everything was taken. */
    end(then: () => void) {
      onEmpty = then
      run()
    },
    clear() {
      frames = []
      clearTimeout(timer)
      timer = undefined
      read()
      if (!isTaking) finish()
    },
  }
}
