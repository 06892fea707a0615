// Giving a file another text, as an edit that everybody sees. It goes through the document in memory, and is answered
// when it is durable.
import type { Document } from '@hocuspocus/server'
import type { Logger } from 'pino'
import * as Y from 'yjs'
import type { Db } from '../../db/database.ts'
import type { Bus } from '../../protocol/bus.ts'
import { AppError } from '../../protocol/errors.ts'
import { CONTENT } from '../../protocol/names.ts'
import { JOURNALED, OwnEdit, type LiveDocument } from './live.ts'
import type { Registry } from './registry.ts'
import { appendAfter } from './snapshot.ts'
import { replaceContent } from './text.ts'

/** How long that may take. */
const DURABLE_MS = 15_000
/** How often a replacement may lose to people who type before it goes among their edits. */
const ATTEMPTS = 20
/** How long a file stays reserved when the node that reserved it is gone. */
const RESERVED_MS = 60_000

export interface RewriteOptions {
  db: Db
  bus: Pick<Bus, 'nodeId' | 'claim' | 'release'>
  registry: Registry
  log: Logger
  /** The document, in memory until it is given back */
  open: (fileId: string) => Promise<{ document: Document | null; disconnect(): Promise<unknown> }>
}

export function createRewriter({ db, bus, registry, log, open }: RewriteOptions) {
  const { journal } = registry
  const reserved = new Set<string>()

  /** @throws AppError when it takes too long, or never will be */
  function durable(fileId: string): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const timer = setTimeout(
      () => reject(new AppError('UNAVAILABLE', 'The text was changed but is not saved yet')),
      DURABLE_MS,
    )
    journal.whenDurable(fileId, (saved) => {
      clearTimeout(timer)
      if (saved) resolve()
      else reject(new AppError('UNAVAILABLE', 'The file was deleted, or the server is going away'))
    })
    return promise
  }

  /**
   * Writes the replacement right behind what it was made of: two nodes that replace at once would else both delete the
   * old text, and both of their texts would stay.
   * @returns false when somebody else always wrote first
   */
  async function replaceNext(live: LiveDocument, text: string, userId: string | null) {
    const { fileId, document } = live
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      await durable(fileId)
      if (live.isDeleted()) throw new AppError('UNAVAILABLE', 'The file was deleted')
      const seq = live.seq()
      // Nothing waits here, so that this is what the rows up to there make.
      const update = replacementOf(document, text)
      if (!update) return true
      const { lastSeq, isAppended } = await appendAfter(db, fileId, seq, { update, userId })
      if (isAppended) {
        registry.wrote(fileId, lastSeq, update)
        return true
      }
      await live.caughtUp(lastSeq)
    }
    return false
  }

  async function edit(
    fileId: string,
    text: string,
    change: (live: LiveDocument) => void | Promise<void>,
    check?: () => Promise<unknown>,
  ) {
    const direct = await open(fileId)
    try {
      await check?.()
      const live = registry.get(fileId)
      if (!live || live.isDeleted() || live.document !== direct.document)
        throw new AppError('UNAVAILABLE', 'The document was closed; try again')
      if (journal.isFull())
        throw new AppError('UNAVAILABLE', 'Edits cannot be saved at the moment; try again later')
      if (text.length > live.document.getText(CONTENT).length && live.isFull())
        throw new AppError('PAYLOAD_TOO_LARGE', 'The document is full: it takes no more')
      await change(live)
      await durable(fileId)
    } finally {
      direct.disconnect().catch((error: unknown) => log.error({ err: error }, 'closing failed'))
    }
  }

  return {
    /**
     * Runs while nobody else does so for the file, on any node: of two who rewrite the same state, both texts would stay.
     * @throws AppError CONFLICT
     */
    async alone<Result>(fileId: string, run: () => Promise<Result>): Promise<Result> {
      const taken = new AppError('CONFLICT', 'Somebody restores this file now; look, and try again')
      if (reserved.has(fileId)) throw taken
      reserved.add(fileId)
      const lease = `rewrite:${fileId}`
      try {
        if ((await bus.claim(lease, RESERVED_MS)) !== bus.nodeId) throw taken
        return await run()
      } finally {
        // Only what this node holds is released.
        await bus.release(lease)
        reserved.delete(fileId)
      }
    },

    /**
     * Edits the document so that it has this text; what is equal is not touched. Resolves when it is durable.
     * @param userId who does it
     * @throws AppError NOT_FOUND, PAYLOAD_TOO_LARGE, UNAVAILABLE
     */
    replaceText: (fileId: string, text: string, userId: string | null = null): Promise<void> =>
      edit(fileId, text, async (live) => {
        if (await replaceNext(live, text.toWellFormed(), userId)) return
        const content = live.document.getText(CONTENT)
        const origin = new OwnEdit(userId)
        live.document.transact(() => replaceContent(content, text.toWellFormed()), origin)
      }),

    /**
     * The same, by somebody who knew the document in an older state: what was written since then stays.
     * @param state encoded, of rows that are in the journal
     * @param check throws where it may not be; nothing waits between it and the edit
     */
    rewriteFrom(
      fileId: string,
      state: Uint8Array,
      text: string,
      userId: string,
      check: () => Promise<unknown>,
    ): Promise<void> {
      const change = ({ document }: LiveDocument) => {
        const fork = new Y.Doc()
        Y.applyUpdate(fork, state)
        const known = Y.encodeStateVector(document)
        // What another node wrote may not have been heard of here yet.
        Y.applyUpdate(document, Y.encodeStateAsUpdate(fork, known), JOURNALED)
        fork.once('update', (update: Uint8Array) =>
          Y.applyUpdate(document, update, new OwnEdit(userId)),
        )
        fork.transact(() => replaceContent(fork.getText(CONTENT), text.toWellFormed()))
        fork.destroy()
      }
      return edit(fileId, text, change, check)
    },
  }
}

/** @returns the update that gives a document this text, undefined when it has it */
function replacementOf(document: Y.Doc, text: string): Uint8Array | undefined {
  if (document.getText(CONTENT).toJSON() === text) return undefined
  const fork = new Y.Doc()
  Y.applyUpdate(fork, Y.encodeStateAsUpdate(document))
  let update: Uint8Array | undefined
  fork.once('update', (made: Uint8Array) => (update = made))
  fork.transact(() => replaceContent(fork.getText(CONTENT), text))
  fork.destroy()
  return update
}
