// The one websocket of all open files, for as long as one is open. Each file is let in, or not, on its own.
import { HocuspocusProviderWebsocket } from '@hocuspocus/provider'

class Connection extends HocuspocusProviderWebsocket {
  /** The browser knows at once; without it, only that nothing comes for long would tell. */
  readonly leave = () => {
    this.emit('close', { event: new CloseEvent('close', { reason: 'offline' }) })
  }
  /** Now, and not when the pause between two attempts is over. */
  readonly comeBack = () => void this.connect()

  constructor(url: string) {
    super({ url, delay: 500, minDelay: 250, maxDelay: 5_000 })
    addEventListener('offline', this.leave)
    addEventListener('online', this.comeBack)
  }
  override destroy() {
    removeEventListener('offline', this.leave)
    removeEventListener('online', this.comeBack)
    super.destroy()
  }
}

let websocket: Connection | null = null
let holders = 0

function connect() {
  const made = new Connection(`${location.origin.replace(/^http/, 'ws')}/collab`)
  made.on('open', () => {
    // Edits made offline are queued one by one, and also part of each file's first exchange, which is acknowledged
    // once: with both, acknowledgements would be counted for edits that they are not for. Files open after this.
    const queue = made as unknown as { messageQueue: unknown[] }
    queue.messageQueue = []
  })
  return made
}

export function holdConnection(): HocuspocusProviderWebsocket {
  holders += 1
  return (websocket ??= connect())
}

export function releaseConnection() {
  holders -= 1
  if (holders > 0) return
  websocket?.destroy()
  websocket = null
}
