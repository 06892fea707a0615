// One story: people with clients of both kinds come, write, delete, go offline and leave, on three nodes that are
// killed and cut from each other. In the end everybody has the same. All choices come from the seed.
import { setTimeout as sleep } from 'node:timers/promises'
import { documentName } from '../../protocol/names.ts'
import { createRandom, type Random } from '../random.ts'
import type { Cluster } from './cluster.ts'
import { openCollab, openY, until, type Stage } from '../../realtime/documents/fixture.ts'
import {
  compactDocument,
  readDocument,
  textOf,
  updatesOf,
} from '../../realtime/documents/snapshot.ts'

const STEPS = 40
const MAX_PEOPLE = 6
/** After everything is healed, milliseconds */
const CONVERGED_MS = 5_000
/** A node that says nothing is given up after six seconds, so that those who were there are gone soon after. */
const SEEN_MS = 10_000

export interface Outcome {
  complaints: string[]
  /** What happened */
  log: string[]
}

function connectCollab(url: string, name: string, token: string) {
  const { provider, socket, close, document, text } = openCollab({ url }, name, token)
  return {
    document,
    text,
    awareness: provider.awareness!,
    close,
    isSaved: () => provider.isSynced && !provider.hasUnsyncedChanges,
    // It would not connect again if it was told so while it connects, or before it has closed.
    async goOffline() {
      if (!provider.isSynced) return
      socket.disconnect()
      await until(() => String(socket.status) === 'disconnected')
    },
    goOnline: () => void socket.connect(),
  }
}

function connectY(url: string, name: string, token: string) {
  const { provider, close, document, text } = openY({ url }, name, { token })
  return {
    document,
    text,
    awareness: provider.awareness,
    close,
    /** The protocol does not say. */
    isSaved: () => false,
    goOffline: () => provider.disconnect(),
    goOnline: () => provider.connect(),
  }
}

type Writer = ReturnType<typeof createWriter>

interface Client extends Pick<ReturnType<typeof connectY>, 'document' | 'text' | 'awareness'> {
  close: () => void
  isSaved: () => boolean
  goOffline: () => unknown
  goOnline: () => void
}

function createWriter(client: Client, who: string) {
  const { text, awareness } = client
  const written: string[] = []
  const removed: string[] = []
  awareness.setLocalStateField('who', who)
  return {
    ...client,
    who,
    written,
    removed,
    /** At the end of a word, so that none is torn apart */
    write(random: Random) {
      const word = `[${who}.${written.length}]`
      text.insert(text.toJSON().indexOf(']', random.below(text.length + 1)) + 1, word)
      written.push(word)
      return word
    },
    remove(random: Random) {
      const words = written.filter((word) => !removed.includes(word))
      if (words.length === 0) return 'nothing'
      const word = random.pick(words)
      text.delete(text.toJSON().indexOf(word), word.length)
      removed.push(word)
      return word
    },
    sees: () =>
      [...awareness.getStates().values()]
        .map((state) => String(state['who']))
        .toSorted()
        .join(),
  }
}

export async function play(seed: number, stage: Stage, cluster: Cluster): Promise<Outcome> {
  const random = createRandom(seed)
  const log: string[] = []
  const ada = await stage.person()
  const fileId = await stage.file(await stage.project({ [ada.id]: 'member' }), '[start]')
  const { places } = cluster
  const here: Writer[] = []
  /** Words that have to be there in the end unless somebody removed them; words whose removal was saved */
  const saved = new Set<string>()
  const removals = new Set<string>()
  const gone = new Set<string>()
  let came = 0

  function note({ isSaved, written, removed }: Writer) {
    if (!isSaved()) return
    for (const word of written) saved.add(word)
    for (const word of removed) gone.add(word)
  }

  function remove() {
    const word = random.pick(here).remove(random)
    removals.add(word)
    return word
  }

  function come() {
    const { url } = random.pick(places)
    const kind = random.pick(['collab', 'y'])
    const who = `${kind}${came++}`
    const connect = kind === 'y' ? connectY : connectCollab
    here.push(createWriter(connect(url, documentName(fileId), ada.id), who))
    return `${who} at ${places.findIndex((place) => place.url === url)}`
  }

  function leave() {
    const [writer] = here.splice(random.below(here.length), 1)
    note(writer!)
    writer!.close()
    return writer!.who
  }

  const deeds: [number, string, () => unknown][] = [
    [40, 'writes', () => random.pick(here).write(random)],
    [8, 'removes', remove],
    [8, 'comes', () => (here.length < MAX_PEOPLE ? come() : 'nobody')],
    [5, 'leaves', () => (here.length > 2 ? leave() : 'nobody')],
    [4, 'goes offline', () => random.pick(here).goOffline()],
    [6, 'all go online', () => here.forEach((writer) => writer.goOnline())],
    [3, 'compacts', () => compactDocument(stage.db, fileId)],
    [3, 'cuts Redis', () => random.pick(places).cutRedis()],
    [2, 'cuts Redis from all', () => Promise.all(places.map((place) => place.cutRedis()))],
    [3, 'restores Redis', () => Promise.all(places.map((place) => place.restoreRedis()))],
    [1, 'kills', () => random.pick(places).kill()],
  ]
  const total = deeds.reduce((sum, [weight]) => sum + weight, 0)

  async function act() {
    let left = random.below(total)
    const [, name, run] = deeds.find(([weight]) => (left -= weight) < 0)!
    const what: unknown = await run()
    log.push(typeof what === 'string' ? `${name} ${what}` : name)
  }

  for (let n = 0; n < 3; n++) log.push(`comes ${come()}`)
  for (let step = 0; step < STEPS; step++) {
    await act()
    await sleep(random.chance(0.3) ? random.below(25) : 0)
    here.forEach(note)
  }
  for (const place of places) await place.restoreRedis()
  for (const writer of here) writer.goOnline()

  const healed = performance.now()
  async function isWithin(limitMs: number, isSo: () => boolean) {
    while (!isSo()) {
      if (performance.now() - healed > limitMs) return false
      await sleep(5)
    }
    return true
  }
  const texts = () => here.map(({ text }) => text.toJSON())
  const staying = () => here.flatMap(({ written }) => written)
  const isEqual = () =>
    new Set(texts()).size === 1 &&
    here.every(({ who, isSaved }) => isSaved() || who.startsWith('y')) &&
    // Those of y-websocket clients have arrived, too.
    here.every(({ written, removed }) =>
      written.every((word) => removed.includes(word) || texts()[0]!.includes(word)),
    )
  const complaints: string[] = []
  if (!(await isWithin(CONVERGED_MS, isEqual))) complaints.push('not everybody has the same')
  // Whoever connected again sees the others when they move, as with every server of y-websocket clients.
  for (const { awareness } of here) awareness.setLocalStateField('moved', true)
  const people = here
    .map(({ who }) => who)
    .toSorted()
    .join()
  if (!(await isWithin(SEEN_MS, () => here.every((writer) => writer.sees() === people))))
    for (const writer of here) complaints.push(`${writer.who} sees ${writer.sees()}`)

  // The last edits of a y-websocket client that left may come later still: it is not told when they are written down.
  let text = ''
  let stored = ''
  const isSettled = async () => {
    const rows = await readDocument(stage.db, fileId)
    stored = rows ? textOf(updatesOf(rows)) : ''
    text = texts()[0]!
    return stored === text && isEqual()
  }
  await until(isSettled).catch(() => complaints.push(`stored is ${stored}`))
  const words: string[] = text.match(/\[[^\]]*\]/g) ?? []
  if (words.join('') !== text) complaints.push('a word is torn')
  if (new Set(words).size !== words.length) complaints.push('a word is there twice')
  for (const word of new Set(['[start]', ...saved, ...staying()]))
    if (!removals.has(word) && !words.includes(word)) complaints.push(`${word} is lost`)
  for (const word of gone) if (words.includes(word)) complaints.push(`${word} came back`)
  if (complaints.length > 0)
    for (const { who, text } of here) complaints.push(`${who}: ${text.toJSON()}`)
  for (const writer of here) writer.close()
  return { complaints, log }
}
