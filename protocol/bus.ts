// News between the nodes of a cluster. Losing a piece is allowed: the truth is in the database, and whoever
// listens must be able to fill gaps from there.

export interface Bus {
  /** Identifies this process among the nodes. */
  readonly nodeId: string
  /** Sends to the listeners of `topic` on all other nodes, not on this one. */
  publish(topic: string, data: Uint8Array): void
  /** @returns a function that ends the subscription */
  subscribe(topic: string, listener: (data: Uint8Array, from: string) => void): () => void
  /** Called whenever news may have been missed (the connection to Redis came back). */
  onGap(listener: () => void): () => void
  /** Whether news goes out and comes in now; always, without Redis. */
  connected(): boolean
  /** The other nodes that are alive; a node that says nothing for NODE_TIMEOUT is not. */
  peers(): string[]
  /** A node stopped or was killed: with it went all that it held. Told once, within NODE_TIMEOUT + 2 s. */
  onPeerGone(listener: (nodeId: string) => void): () => void
  /** Asks one node and waits for its answer. Rejects with AppError UNAVAILABLE after the timeout. */
  request(nodeId: string, subject: string, payload: unknown, timeoutMs?: number): Promise<unknown>
  /** Answers requests of a subject; a thrown AppError reaches the asker. One handler per subject. */
  respond(subject: string, handler: (payload: unknown, from: string) => Promise<unknown>): void
  /**
   * Takes or renews a lease that only one node holds. Without Redis this node always wins.
   * @param fromSilent also from a node that does not listen to the bus now, which a killed one stops at once
   * @returns the node that holds it now
   */
  claim(key: string, ttlMs: number, fromSilent?: boolean): Promise<string>
  release(key: string): Promise<void>
  close(): Promise<void>
}

/** News of one kind, as JSON; what comes is believed: only nodes of one installation speak here. */
export const createTopic = <News>(bus: Pick<Bus, 'publish' | 'subscribe'>, topic: string) => ({
  publish: (news: News) => bus.publish(topic, new TextEncoder().encode(JSON.stringify(news))),
  /** @returns a function that ends the subscription */
  subscribe: (listener: (news: News, from: string) => void) =>
    bus.subscribe(topic, (data, from) =>
      listener(JSON.parse(new TextDecoder().decode(data)) as News, from),
    ),
})

/** A node that was not heard for so long is gone, unless our own connection was away. Milliseconds. */
export const NODE_TIMEOUT = 6_000
