// People who type marks such as `<ada 3 17>` into a file and know which of them were reported saved.
import { HocuspocusProvider, HocuspocusProviderWebsocket } from '@hocuspocus/provider'
import { WebsocketProvider } from 'y-websocket'
import * as Y from 'yjs'
import { CONTENT, documentName } from '../protocol/names.ts'
import type { Person } from './people.ts'

const TYPE_MS = 15

export type Typist = ReturnType<typeof startTyping>

/** The place between two marks nearest to the middle: a mark inside another could not be found again. */
const boundary = (text: string) => Math.max(0, text.indexOf('<', Math.floor(text.length / 2)))
export const marksOf = (text: string): string[] => text.match(/<[^<>]+>/g) ?? []

/** Types as a Hocuspocus client. */
export function startTyping(person: Person, fileId: string, round: number) {
  const socket = new HocuspocusProviderWebsocket({
    url: person.url.replace('http', 'ws') + '/collab',
  })
  const provider = new HocuspocusProvider({
    websocketProvider: socket,
    name: documentName(fileId),
    token: person.token,
  })
  provider.attach()
  const text = provider.document.getText(CONTENT)
  const typed: string[] = []
  /** Marks of others, and how many of them were here when the last own one was typed */
  const heard: string[] = []
  let heardBefore = 0
  const saved = new Set<string>()
  let stopped = false
  text.observe((event, transaction) => {
    if (transaction.local) return
    for (const { insert } of event.delta)
      if (typeof insert === 'string') heard.push(...marksOf(insert))
  })
  /** What others typed before a mark that is saved was at the server before it, so it is saved, too. */
  const note = () => {
    if (stopped || typed.length === 0 || provider.hasUnsyncedChanges) return
    for (const mark of [...typed, ...heard.slice(0, heardBefore)]) saved.add(mark)
  }
  provider.on('unsyncedChanges', note)
  const type = () => {
    if (!provider.isSynced) return
    const mark = `<${person.username} ${round} ${typed.length}>`
    // All write into the same place.
    text.insert(boundary(text.toString()), mark)
    typed.push(mark)
    heardBefore = heard.length
  }
  const timer = setInterval(type, TYPE_MS)
  return {
    saved,
    /** Whether a mark with this in it is saved. */
    hasSaved: (part: string) => [...saved].some((mark) => mark.includes(part)),
    /** Freezes what counts as saved; call it after the kill: what is acknowledged while the signal travels counts. */
    stop() {
      note()
      stopped = true
      clearInterval(timer)
    },
    destroy() {
      provider.destroy()
      socket.destroy()
    },
  }
}

/** Types as a y-websocket client, to whom nobody says what is saved. */
export function startTypingY(person: Person, fileId: string, round: number) {
  const document = new Y.Doc()
  const url = `${person.url.replace('http', 'ws')}/yjs`
  const provider = new WebsocketProvider(url, encodeURIComponent(documentName(fileId)), document, {
    protocols: [`bearer.${person.token}`],
    disableBc: true,
  })
  const text = document.getText(CONTENT)
  let typed = 0
  const timer = setInterval(() => {
    if (provider.synced)
      text.insert(boundary(text.toString()), `<${person.username}/y ${round} ${typed++}>`)
  }, TYPE_MS)
  return () => {
    clearInterval(timer)
    provider.destroy()
  }
}

/** @returns marks that were reported saved and are not in the text, or there more than once */
export function findWrong(saved: Iterable<string>, text: string): string[] {
  const counts = new Map<string, number>()
  for (const mark of marksOf(text)) counts.set(mark, (counts.get(mark) ?? 0) + 1)
  return [...saved].filter((mark) => counts.get(mark) !== 1)
}
