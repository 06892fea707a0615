// Giving a file another text, as an edit that everybody sees. It goes through the document in memory, and is answered
// when it is durable.
import type { Document } from '@hocuspocus/server'
import type { Logger } from 'pino'
import * as Y from 'yjs'
import { AppError } from '../../protocol/errors.ts'
import { CONTENT } from '../../protocol/names.ts'
import { JOURNALED, OwnEdit, type LiveDocument } from './live.ts'
import type { Registry } from './registry.ts'
import { replaceContent } from './text.ts'

/** How long that may take. */
const DURABLE_MS = 15_000

export interface RewriteOptions {
  registry: Registry
  log: Logger
  /** The document, in memory until it is given back */
  open: (fileId: string) => Promise<{ document: Document | null; disconnect(): Promise<unknown> }>
}

export function createRewriter({ registry, log, open }: RewriteOptions) {
  const { journal } = registry

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

  async function edit(fileId: string, text: string, change: (live: LiveDocument) => void) {
    const direct = await open(fileId)
    try {
      const live = registry.get(fileId)
      if (!live || live.isDeleted() || live.document !== direct.document)
        throw new AppError('UNAVAILABLE', 'The document was closed; try again')
      if (journal.isFull())
        throw new AppError('UNAVAILABLE', 'Edits cannot be saved at the moment; try again later')
      if (text.length > live.document.getText(CONTENT).length && live.isFull())
        throw new AppError('PAYLOAD_TOO_LARGE', 'The document is full: it takes no more')
      change(live)
      await durable(fileId)
    } finally {
      direct.disconnect().catch((error: unknown) => log.error({ err: error }, 'closing failed'))
    }
  }

  return {
    /**
     * Edits the document so that it has this text; what is equal is not touched. Resolves when it is durable.
     * @param userId who does it
     * @throws AppError NOT_FOUND, PAYLOAD_TOO_LARGE, UNAVAILABLE
     */
    replaceText: (fileId: string, text: string, userId: string | null = null): Promise<void> =>
      edit(fileId, text, ({ document }) => {
        const content = document.getText(CONTENT)
        document.transact(() => replaceContent(content, text.toWellFormed()), new OwnEdit(userId))
      }),

    /**
     * The same, by somebody who knew the document in an older state: what was written since then stays.
     * @param state encoded, of rows that are in the journal
     */
    rewriteFrom: (fileId: string, state: Uint8Array, text: string, userId: string): Promise<void> =>
      edit(fileId, text, ({ document }) => {
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
      }),
  }
}
