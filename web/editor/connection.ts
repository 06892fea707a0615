// The one websocket of all open files, for as long as one is open. Each file is let in, or not, on its own.
import { HocuspocusProviderWebsocket } from '@hocuspocus/provider'

let websocket: HocuspocusProviderWebsocket | null = null
let holders = 0

function connect() {
  const made = new HocuspocusProviderWebsocket({
    url: `${location.origin.replace(/^http/, 'ws')}/collab`,
    delay: 500,
    minDelay: 250,
    maxDelay: 5_000,
  })
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
