// Plays one scenario: people on a cluster under load, something breaks, and at the end the books are compared.
import { setTimeout as sleep } from 'node:timers/promises'
import type { ProjectDetails } from '../../server/projects/schema.ts'
import type { Channel } from '../../protocol/chat.ts'
import { at, createProject, register, type Person } from '../people.ts'
import { compare, readTruth } from './check.ts'
import type { Cluster } from './cluster.ts'
import { createDevice, type Device } from './device.ts'
import { createLedger } from './ledger.ts'
import { startLoad } from './load.ts'
import { createRandom, type Random } from '../random.ts'

export interface Stage {
  cluster: Cluster
  random: Random
  /** The long form: longer pauses, more clients */
  isFull: boolean
  devices: Device[]
  people: readonly Person[]
  project: ProjectDetails
  /** The project's first, where everybody is */
  channelId: string
  /** Sends something on a device beside the load; resolves with its id when it is acknowledged. */
  send(device: Device, text: string): Promise<string>
  /** Another device of a person, on one of the nodes' addresses. */
  addDevice(person: Person, node: number, addresses?: readonly string[]): Device
  pause(milliseconds: number): Promise<void>
  /** Polls. @throws with the sentence when it does not become true in time */
  until(what: string, within: number, condition: () => boolean | Promise<boolean>): Promise<void>
  /** Takes a device away for good, once what it began is answered. */
  quit(device: Device): Promise<void>
  /** Resolves when messages are acknowledged on every device, sent from now on. */
  goesOn(within?: number): Promise<void>
  /** Resolves when what a device sends is on all the others. @throws with the sentence */
  reaches(from: Device, within: number): Promise<void>
  /** Notes it as a problem when it does not hold. */
  demand(what: string, holds: boolean): void
}

export interface Scenario {
  title: string
  run(stage: Stage): Promise<void>
  /** Between two things that a device does by itself, milliseconds; Infinity: it does nothing but what it is told */
  pace?: number
  /** Only in the long form */
  isLong?: boolean
}

const EMOJIS = ['👍', '❤️', '🎉', '🚀', '👀', '😄', '🙏', '🔥', '✅', '💡']
/** For all that was begun before the end to be acknowledged, once everything is whole; milliseconds … */
const SETTLE = 20_000
/** … and from then until everybody knows everything, … */
const CONVERGE = 5_000
/** … and until all devices of a person know what it reads then. */
const READ = 2_000

export const signUp = (cluster: Cluster): Promise<Person[]> =>
  Promise.all(['ada', 'bob', 'cyd', 'dan'].map((name) => register(cluster.nodes[0]!.url, name)))

export async function until(
  what: string,
  within: number,
  condition: () => boolean | Promise<boolean>,
) {
  const end = performance.now() + within
  while (!(await condition())) {
    if (performance.now() > end) throw new Error(`not within ${within} ms: ${what}`)
    await sleep(20)
  }
}

/** @returns everything that is wrong, and what helps to find out why */
export async function play(
  { run, pace = 30 }: Scenario,
  {
    cluster,
    crowd,
    seed,
    isFull,
  }: { cluster: Cluster; crowd: Person[]; seed: number; isFull: boolean },
) {
  const random = createRandom(seed)
  const urls = cluster.nodes.map(({ url }) => url)
  const people = crowd.map((person) => at(person, urls[0]!))
  const { project, channelId } = await furnish(people)
  const { id: projectId } = project
  const ledger = createLedger()
  const devices: Device[] = []
  let made = 0
  const loads = new Map<Device, ReturnType<typeof startLoad>>()

  function addDevice(person: Person, first: number, addresses: readonly string[] = urls) {
    const n = made++
    const name = `${person.username.slice(0, 3)}${n}`
    const device = createDevice({
      name,
      urls: addresses,
      first,
      person,
      projectId,
      random: random.fork(n),
      ledger,
    })
    devices.push(device)
    return device
  }
  const load = (device: Device, n: number) => {
    const emojis = [EMOJIS[n % EMOJIS.length]!]
    loads.set(
      device,
      startLoad({ device, projectId, ledger, random: random.fork(100 + n), emojis, pace }),
    )
  }

  people.forEach((person, n) => addDevice(person, n))
  // The first two have a second device, on another node.
  people.slice(0, 2).forEach((person, n) => addDevice(person, n + 1))
  const crew = [...devices]
  const goesOn = (within = 10_000) => {
    const counts = crew.map((device) => loads.get(device)?.count() ?? 0)
    return until('everybody sends', within, () =>
      crew.every(
        (device, n) => !devices.includes(device) || (loads.get(device)?.count() ?? 0) > counts[n]!,
      ),
    )
  }
  const problems: string[] = []
  let reached = 0
  let places: string[] = []
  const attempt = (what: Promise<unknown>) =>
    what.catch(
      (error: unknown) =>
        void problems.push(error instanceof Error ? error.message : String(error)),
    )

  try {
    await until('everybody is in', 15_000, () => devices.every((device) => device.isReady()))
    crew.forEach(load)
    if (pace < Infinity) await goesOn()
    const stage: Stage = {
      cluster,
      random,
      isFull,
      devices,
      people,
      project,
      channelId,
      addDevice,
      pause: (milliseconds) => sleep(milliseconds),
      until,
      goesOn,
      async quit(device) {
        await loads.get(device)?.stop()
        device.close()
        devices.splice(devices.indexOf(device), 1)
      },
      async send(device, text) {
        const one = loads.get(device)
        if (!one) throw new Error(`${device.name} only listens`)
        return one.send(channelId, text)
      },
      async reaches(from, within) {
        // Its author may edit it or take it back before everybody has it.
        const id = await stage.send(from, `reaches ${++reached}`)
        const has = ({ replicas }: Device) => replicas.get(channelId)?.messages.has(id) ?? false
        await until(`what ${from.name} sends is with everybody`, within, () => crew.every(has))
      },
      demand(what, holds) {
        if (!holds) problems.push(what)
      },
    }
    await attempt(run(stage))
    await cluster.heal()
    await attempt(settle())
    const rest = await converge(CONVERGE)
    problems.push(...rest)
    if (rest.length === 0) {
      await attempt(readAll())
      problems.push(...(await converge(READ)))
      problems.push(...(await missingFiles()))
    }
    places = crew.map(describe)
  } finally {
    devices.forEach((device) => device.close())
    await cluster.heal()
  }
  if (problems.length === 0) return []
  return [`seed ${seed}`, ...problems.slice(0, 20), `${problems.length} in all`, ...places]

  async function settle() {
    const stopped = Promise.all([...loads.values()].map((one) => one.stop()))
    let isDone = false
    void stopped.then(() => (isDone = true))
    await until('everything is acknowledged', SETTLE, () => isDone)
    await until('everybody is back', SETTLE, () => devices.every((device) => device.isReady()))
  }

  /** One device of each person reads everything; the others hear of it. */
  async function readAll() {
    await Promise.all(
      people
        .flatMap(({ id }) => devices.filter(({ person }) => person.id === id).slice(0, 1))
        .flatMap((device) =>
          [...device.replicas].map(async ([channelId, { messages }]) => {
            const seq = messages.size
            const { readSeq } = await device.insist('mark_read', { projectId, channelId, seq })
            ledger.read(channelId, device.person.id, seq, readSeq)
            device.marks.set(channelId, Math.max(device.marks.get(channelId) ?? 0, readSeq))
          }),
        ),
    )
  }

  /** @returns what is still wrong in the end */
  async function converge(within: number): Promise<string[]> {
    const end = performance.now() + within
    for (;;) {
      const wrong = compare(await readTruth(cluster.postgres.url, projectId), ledger, devices)
      if (wrong.length === 0 || performance.now() > end) return wrong
      await sleep(100)
    }
  }

  /** @returns which attachments do not have the bytes any more that were uploaded */
  async function missingFiles(): Promise<string[]> {
    const wrong: string[] = []
    for (const { attachmentIds = [], text: name, kept } of ledger.sent.values()) {
      for (const attachment of kept && !ledger.deleted.has(kept.id) ? attachmentIds : []) {
        const url = `${urls[0]}/api/v1/projects/${projectId}/attachments/${attachment}`
        const headers = { authorization: `Bearer ${people[0]!.token}` }
        if ((await (await fetch(url, { headers })).text()) !== name) wrong.push(`${name} is lost`)
      }
    }
    return wrong
  }
}

/** Where a device is, and what it was told when it was told no. */
function describe({ name, link, refusals }: Device) {
  const told = Map.groupBy(refusals, ({ name: request, text }) => `${request}: ${text}`)
  const counts = [...told].map(([text, { length }]) => `${length} × ${text}`)
  return `  ${name} on node ${link.node()}, connection ${link.connection()}; ${counts.join('; ')}`
}

/** A project with a public and a private channel, everybody in both, and a conversation of the first two. */
async function furnish([owner, ...others]: Person[]) {
  if (!owner) throw new Error('nobody is there')
  const project = await createProject(owner, others)
  const answer = await owner.rest('POST', `/projects/${project.slug}/channels`, {
    name: 'secret',
    kind: 'private',
    memberIds: others.map(({ id }) => id),
  })
  if (answer.status !== 201) throw new Error(`no channel: ${JSON.stringify(answer)}`)
  const opened = await owner.rest('POST', `/projects/${project.slug}/conversations`, {
    userIds: others.slice(0, 1).map(({ id }) => id),
  })
  if (!opened.data) throw new Error(`no conversation: ${JSON.stringify(opened)}`)
  const channels = await owner.rest('GET', `/projects/${project.slug}/channels`)
  const [{ id: channelId }] = channels.data as [Channel]
  return { project, channelId }
}
