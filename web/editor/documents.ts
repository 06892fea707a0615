// Open files: one Yjs document and one connection each. A document that is left with unsaved edits stays connected
// until the server has written them, so that going to another file loses nothing.
import {
  HocuspocusProvider,
  HocuspocusProviderWebsocket,
  WebSocketStatus,
} from '@hocuspocus/provider'
import * as Y from 'yjs'
import { CONTENT, documentName } from '../../protocol/names.ts'
import type { PublicUser } from '../../protocol/events.ts'
import { freshToken, renewToken } from '../accounts/session.ts'
import { createStore } from '../store.ts'
import { tamePeople, peopleOf, selfAwareness, type Person } from './awareness.ts'

export interface DocumentState {
  /** `refused`: the server will not take edits or show more, for this reason */
  state: 'opening' | 'saved' | 'saving' | 'offline' | 'refused'
  reason: string | null
  /** Whether there is a text to show: it was in step with the server once */
  loaded: boolean
  readOnly: boolean
  /** Edits that the server has not confirmed as written */
  unsaved: boolean
  /** Others who have the file open */
  people: readonly Person[]
}

const open = new Map<string, ReturnType<typeof createDocument>>()

function warnOfLoss(event: BeforeUnloadEvent) {
  if ([...open.values()].some((document) => document.get().unsaved)) event.preventDefault()
}

function createDocument(fileId: string, user: PublicUser) {
  const store = createStore<DocumentState>({
    state: 'opening',
    reason: null,
    loaded: false,
    readOnly: false,
    unsaved: false,
    people: [],
  })
  const doc = new Y.Doc()
  let token = ''
  let refusal: string | null = null
  let renewed = false
  let users = 0

  const websocket = new HocuspocusProviderWebsocket({
    url: `${location.origin.replace(/^http/, 'ws')}/collab`,
    delay: 500,
    minDelay: 250,
    maxDelay: 5_000,
  })
  const provider = new HocuspocusProvider({
    websocketProvider: websocket,
    name: documentName(fileId),
    document: doc,
    token: async () => {
      // Not reached or signed out: the server says which, and we try again.
      token = await freshToken().catch(() => '')
      return token
    },
    onOpen() {
      // Edits made offline are queued one by one, and also part of the first exchange, which is acknowledged once:
      // with both, acknowledgements would be counted for edits that they are not for.
      const queue = websocket as unknown as { messageQueue: unknown[] }
      queue.messageQueue = []
    },
    onAuthenticated() {
      refusal = null
      renewed = false
      look()
    },
    onAuthenticationFailed({ reason }) {
      if (/^(INVALID_TOKEN|AUTHENTICATION_FAILED)/.test(reason) && !renewed) {
        renewed = true
        renewToken(token).then(reconnect, () => setTimeout(reconnect, 3_000))
        return
      }
      refusal = reason.replace(/^[A-Z_]+: /, '') || 'You may not open this file.'
      look()
    },
    onStatus: () => look(),
    onSynced: () => look(),
    onUnsyncedChanges: () => look(),
  })
  const { awareness } = provider
  if (!awareness) throw new Error('A document has awareness')
  const stopTaming = tamePeople(awareness)
  provider.attach()

  // Only what was written here can be unsaved; the first exchange of a connection counts as one change, too.
  let dirty = false
  const mark = (_update: Uint8Array, origin: unknown) => {
    if (origin !== provider) dirty = true
    look()
  }
  doc.on('update', mark)
  const watch = () => store.set({ ...store.get(), people: peopleOf(awareness, user.id) })
  awareness.on('change', watch)

  function reconnect() {
    // Its closing makes the provider come back, with a token of its own.
    websocket.webSocket?.close()
  }

  function look() {
    const connected = websocket.status === WebSocketStatus.Connected && provider.isAuthenticated
    const inStep = connected && provider.isSynced
    if (inStep && !provider.hasUnsyncedChanges) dirty = false
    const loaded = store.get().loaded || provider.isSynced
    const state = refusal
      ? 'refused'
      : !inStep
        ? loaded
          ? 'offline'
          : 'opening'
        : !provider.hasUnsyncedChanges
          ? 'saved'
          : dirty
            ? 'saving'
            : 'opening'
    const readOnly = provider.authorizedScope === 'readonly'
    store.set({ ...store.get(), state, reason: refusal, loaded, readOnly, unsaved: dirty })
  }

  function destroy() {
    open.delete(fileId)
    if (open.size === 0) removeEventListener('beforeunload', warnOfLoss)
    stopTaming()
    provider.destroy()
    websocket.destroy()
    doc.destroy()
  }
  /** Refused edits cannot be saved by waiting. */
  const finish = () => {
    const { unsaved, state } = store.get()
    if (users === 0 && open.has(fileId) && (!unsaved || state === 'refused')) destroy()
  }
  store.subscribe(() => queueMicrotask(finish))

  return {
    fileId,
    text: doc.getText(CONTENT),
    awareness,
    get: store.get,
    subscribe: store.subscribe,
    /** What one may do here may have changed. */
    retry() {
      if (refusal) reconnect()
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
      setTimeout(finish, 100)
    },
  }
}

export type OpenDocument = ReturnType<typeof createDocument>

export function findDocument(fileId: string, user: PublicUser): OpenDocument {
  if (open.size === 0) addEventListener('beforeunload', warnOfLoss)
  const document = open.get(fileId) ?? createDocument(fileId, user)
  open.set(fileId, document)
  return document
}
