// Open files: one Yjs document each, over one connection, with a copy in this browser. A document that is left with
// unsaved edits stays connected until the server has written them, so that going to another file loses nothing; what
// earlier pages could not send goes first.
import { HocuspocusProvider, WebSocketStatus } from '@hocuspocus/provider'
import { YSyncConfig } from 'y-codemirror.next'
import * as Y from 'yjs'
import { CONTENT, documentName } from '../../protocol/names.ts'
import type { PublicUser } from '../../protocol/events.ts'
import { freshToken, renewToken, session } from '../accounts/session.ts'
import { createStore } from '../store.ts'
import { tamePeople, peopleOf, selfAwareness } from './awareness.ts'
import { holdConnection, releaseConnection } from './connection.ts'
import { listCopies, unkept } from './copies.ts'
import { copyName, openCopy, type Copy } from './copy.ts'
import { createMeter } from './limits.ts'
import { createSilence } from './silence.ts'
import { mayBeLost, opening, readOnlyNow, refusalOf, type DocumentState } from './state.ts'

/** Between attempts to be let in again, milliseconds. */
const PAUSE = 3_000

/** As many that were left are kept, so that coming back is at once and undo goes on. */
const KEPT = 6

/** Those entered last come last. */
const open = new Map<string, OpenDocument>()
/** Counts changes of any open file, for what sums them up. */
export const documentChanges = createStore(0)
export const openDocuments = (): OpenDocument[] => [...open.values()]

function warnOfLoss(event: BeforeUnloadEvent) {
  if (openDocuments().some((document) => mayBeLost(document.get()))) event.preventDefault()
}

function createDocument(fileId: string, user: PublicUser) {
  const store = createStore(opening)
  const doc = new Y.Doc()
  const text = doc.getText(CONTENT)
  const sync = new YSyncConfig(text, null)
  // Edits of the view only; it is made anew while the document stays.
  const undoManager = new Y.UndoManager(text, { trackedOrigins: new Set([sync]) })
  const meter = createMeter(doc, text)
  const silence = createSilence(() => look())
  const connection = holdConnection()
  let copy: Copy | null = null
  let token = ''
  let refusal: DocumentState['refusal'] = null
  let renewed = false
  let users = 0
  let holds = 0
  let path: string | null = null
  /** Whether the copy was read, and the server asked */
  let begun = false
  let ended = false
  let wasInStep = false
  let timer: ReturnType<typeof setTimeout> | undefined
  /** Only what was written here can be unsaved; the first exchange of a connection counts as one change, too. */
  let dirty = false

  const provider = new HocuspocusProvider({
    websocketProvider: connection,
    name: documentName(fileId),
    document: doc,
    token: async () => {
      // Not reached or signed out: the server says which, and we try again.
      token = await freshToken().catch(() => '')
      return token
    },
    onAuthenticated() {
      refusal = null
      renewed = false
      look()
    },
    onAuthenticationFailed({ reason }) {
      const [, code = '', message = reason] = /^([A-Z_]+): (.*)$/.exec(reason) ?? []
      if (code === 'INVALID_TOKEN' || code === 'AUTHENTICATION_FAILED') {
        const pause = renewed ? PAUSE : 0
        renewed = true
        const again = (milliseconds: number) => reopen(milliseconds)
        renewToken(token).then(
          () => again(pause),
          () => again(PAUSE),
        )
        return
      }
      refusal = refusalOf(code, message)
      // It passes by itself.
      if (code === 'RATE_LIMITED') reopen(PAUSE)
      look()
    },
    onClose() {
      // The server let go of this file only, and did not say that it is final.
      if (connection.status === WebSocketStatus.Connected && !refusal) reopen(PAUSE)
    },
    onStatus: () => look(),
    onSynced: () => look(),
    onUnsyncedChanges: () => look(),
  })
  const { awareness } = provider
  if (!awareness) throw new Error('A document has awareness')
  const stopTaming = tamePeople(awareness)
  awareness.setLocalState(null)

  doc.on('update', (update: Uint8Array, _origin, _doc, { local }: Y.Transaction) => {
    meter.grew(update, local)
    if (local) dirty = true
    look()
  })
  const watch = () => set({ people: peopleOf(awareness, user.id) })
  awareness.on('change', watch)

  async function begin() {
    copy = await openCopy(copyName(user.id, fileId), doc, look).catch(() => null)
    if (ended) return void copy?.close()
    wasInStep = copy?.wasInStep ?? false
    if (path) copy?.setPath(path)
    path ??= copy?.path ?? null
    dirty = copy?.hadUnsaved ?? false
    meter.begin(copy?.pendingBytes() ?? 0)
    begun = true
    provider.attach()
    look()
  }

  /** Asks anew to be let in; others on the same connection do not notice. */
  function reopen(milliseconds = 0) {
    clearTimeout(timer)
    timer = setTimeout(() => {
      if (ended) return
      provider.detach()
      provider.attach()
    }, milliseconds)
  }

  const set = (change: Partial<DocumentState>) => {
    store.set({ ...store.get(), ...change })
    documentChanges.set(documentChanges.get() + 1)
  }

  function confirm() {
    const first = !wasInStep
    wasInStep = true
    if (dirty || first) copy?.confirm()
    if (dirty || first) meter.confirm()
    dirty = false
  }

  function look() {
    if (!begun || ended) return
    const connected = connection.status === WebSocketStatus.Connected && provider.isAuthenticated
    const inStep = connected && provider.isSynced
    const readOnly = provider.authorizedScope === 'readonly'
    silence.look(inStep ? provider.unsyncedChanges : 0)
    if (inStep && !provider.hasUnsyncedChanges) confirm()
    const loaded = wasInStep || provider.isSynced
    const refused = refusal ?? (inStep && readOnly && dirty ? readOnlyNow : null)
    const waiting = loaded ? 'offline' : 'opening'
    const state = refused
      ? 'refused'
      : !inStep
        ? waiting
        : !provider.hasUnsyncedChanges || readOnly
          ? 'saved'
          : dirty
            ? 'saving'
            : 'opening'
    // Nothing of a file that is gone or closed to somebody stays, except what they wrote.
    if (refusal && gone.has(refusal.code) && !dirty && copy) {
      void copy.clear()
      copy = null
    }
    const kept = copy !== null && !copy.isLost()
    if (dirty && !kept) unkept.add(fileId)
    else unkept.delete(fileId)
    const keeping = copy?.isWriting() ?? false
    const pending = dirty ? meter.pending() : 0
    set({
      state,
      unanswered: state === 'saving' && silence.isLong(),
      refusal: refused,
      loaded,
      readOnly,
      unsaved: dirty,
      pending,
      kept,
      keeping,
      fill: meter.fill(),
    })
    queueMicrotask(closeLeft)
  }

  function destroy() {
    ended = true
    open.delete(fileId)
    unkept.delete(fileId)
    if (open.size === 0) removeEventListener('beforeunload', warnOfLoss)
    clearTimeout(timer)
    silence.end()
    stopTaming()
    provider.destroy()
    releaseConnection()
    void copy?.close()
    doc.destroy()
    documentChanges.set(documentChanges.get() + 1)
  }
  void begin()

  return {
    fileId,
    userId: user.id,
    text,
    sync,
    undoManager,
    awareness,
    get: store.get,
    subscribe: store.subscribe,
    refuse: meter.refuse,
    /** What one may do here may have changed. */
    retry() {
      if (store.get().state === 'refused') reopen()
    },
    /** How it was called when somebody opened it here last. */
    path: () => path,
    /** How it is called now, for when it is gone. */
    setPath(now: string) {
      path = now
      copy?.setPath(now)
    },
    enter() {
      users += 1
      // Who leaves is not shown as being there, even while edits are still on their way.
      if (users === 1) awareness.setLocalState({ user: selfAwareness(user) })
    },
    leave() {
      users -= 1
      if (users === 0) awareness.setLocalState(null)
      // React leaves and enters again when it only looks whether a component can be taken out.
      setTimeout(closeLeft, 100)
    },
    /** Follows the text without being seen there. @returns ends it */
    hold() {
      holds += 1
      return () => {
        holds -= 1
        setTimeout(closeLeft, 100)
      }
    },
    isShown: () => users > 0,
    /** Nobody looks, and nothing waits to be saved. */
    isLeft: () => users + holds === 0 && begun && !ended && !dirty,
    /** Gives unsaved edits up: what the server has is all there is. */
    async discard() {
      destroy()
      await copy?.clear()
    },
    destroy,
  }
}

export type OpenDocument = ReturnType<typeof createDocument>

/** The file is not there for this person. */
const gone: ReadonlySet<string> = new Set(['NOT_FOUND', 'INSUFFICIENT_PERMISSIONS'])

function closeLeft() {
  const left = openDocuments().filter((document) => document.isLeft())
  const kept = left.filter((document) => document.get().state !== 'refused').slice(-KEPT)
  for (const document of left) if (!kept.includes(document)) document.destroy()
}

export function findDocument(fileId: string, user: PublicUser): OpenDocument {
  if (open.size === 0) addEventListener('beforeunload', warnOfLoss)
  const document = open.get(fileId) ?? createDocument(fileId, user)
  open.delete(fileId)
  open.set(fileId, document)
  return document
}

/** undefined: not open in this tab. */
export const knownDocument = (fileId: string): OpenDocument | undefined => open.get(fileId)

/** Sends what earlier pages of this person could not. */
export async function resumeDocuments(user: PublicUser) {
  for (const { userId, fileId, unsaved } of await listCopies(user.id))
    if (unsaved && userId === user.id) findDocument(fileId, user)
}

session.subscribe(() => {
  const now = session.get()
  for (const document of openDocuments()) {
    const isElse = now.state === 'signed-in' && now.user.id !== document.userId
    const { unsaved, kept } = document.get()
    // Whose session ended by itself may sign in again, and finds here what was kept nowhere else.
    if (isElse || (now.state === 'signed-out' && (kept || !unsaved))) document.destroy()
  }
})
