// What the people of a scenario do: they write, change, take back, react and read, and insist until it is answered.
import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Device } from './device.ts'
import type { Ledger } from './ledger.ts'
import { Refusal } from './link.ts'
import type { Random } from '../random.ts'

export interface LoadOptions {
  device: Device
  projectId: string
  ledger: Ledger
  random: Random
  /** Of this device alone, so that two devices of a person do not undo each other's reactions */
  emojis: readonly string[]
  /** Between two things that it does, milliseconds; Infinity: it does only what it is told */
  pace: number
}

export type Load = ReturnType<typeof startLoad>

export function startLoad({ device, projectId, ledger, random, emojis, pace }: LoadOptions) {
  const { id: userId } = device.person
  /** Own messages that are not deleted */
  const own: string[] = []
  let count = 0
  let isOn = true
  const anyChannel = () => random.pick([...device.replicas.keys()])

  async function send(
    channelId = anyChannel(),
    message = `${device.name} ${++count}`,
    more: { threadId?: string; attachmentIds?: string[] } = {},
  ) {
    const nonce = randomUUID()
    ledger.send(nonce, { authorId: userId, channelId, text: message, ...more })
    const payload = { projectId, channelId, message, nonce, ...more }
    const kept = await device.insist('send_message', payload)
    ledger.kept(nonce, kept)
    own.push(kept.id)
    return kept.id
  }

  async function reply() {
    const channelId = anyChannel()
    const known = [...(device.replicas.get(channelId)?.messages.values() ?? [])]
    const roots = known.filter(({ threadId, system }) => !threadId && !system)
    if (roots.length === 0) return
    const { id: threadId } = random.pick(roots.slice(-5))
    await send(channelId, `${device.name} ${++count} replies`, { threadId })
  }

  async function sendFile() {
    const name = `${device.name} ${++count}.txt`
    const { id } = await device.upload(name)
    await send(anyChannel(), name, { attachmentIds: [id] })
  }

  async function edit() {
    if (own.length === 0) return
    const messageId = random.pick(own)
    const message = `${device.name} ${++count} edited`
    await device.insist('edit_message', { projectId, messageId, message })
    ledger.edited(messageId, message)
  }

  async function remove() {
    if (own.length < 3) return
    const [messageId = ''] = own.splice(random.between(0, own.length - 1), 1)
    await device.insist('delete_message', { projectId, messageId })
    ledger.removed(messageId)
  }

  async function react() {
    const known = device.replicas.get(anyChannel())?.messages ?? new Map<string, never>()
    if (known.size === 0) return
    const messageId = random.pick([...known.keys()].slice(-50))
    const emoji = random.pick(emojis)
    const wanted = random.chance(0.7)
    const request = wanted ? 'add_reaction' : 'remove_reaction'
    try {
      await device.insist(request, { projectId, messageId, emoji })
      ledger.reacted(messageId, userId, emoji, wanted)
    } catch (error) {
      // Deleted meanwhile: its reactions are gone, whoever was first.
      if (!(error instanceof Refusal) || error.code !== 'CONFLICT') throw error
    }
  }

  async function read() {
    const channelId = anyChannel()
    const seqs = [...(device.replicas.get(channelId)?.messages.values() ?? [])].map((m) => m.seq)
    if (seqs.length === 0) return
    const asked = ledger.readBy(channelId, userId)
    // Sometimes one that is long past: it must not count.
    const seq = random.chance(0.2) ? random.pick(seqs) : Math.max(...seqs)
    const { readSeq } = await device.insist('mark_read', { projectId, channelId, seq })
    ledger.read(channelId, userId, Math.max(asked, seq), readSeq)
    device.marks.set(channelId, Math.max(device.marks.get(channelId) ?? 0, readSeq))
  }

  async function act() {
    const dice = random.between(1, 100)
    if (dice <= 32) await send()
    else if (dice <= 43) await reply()
    else if (dice <= 45) await sendFile()
    else if (dice <= 55) await Promise.all([send(), send(), send()])
    else if (dice <= 70) await edit()
    else if (dice <= 75) await remove()
    else if (dice <= 90) await react()
    else await read()
  }

  async function run() {
    while (isOn && !device.isReady()) await sleep(20)
    while (isOn) {
      try {
        await act()
      } catch (error) {
        if (!isOn) break
        ledger.problem(`${device.name}: ${String(error)}`)
      }
      await sleep(random.between(0, 2 * pace))
    }
  }
  const done = pace < Infinity ? run() : undefined

  return {
    send,
    /** How much was kept of what this device sent */
    count: () => own.length,
    /** Begins nothing new; resolves when all that was begun is answered. */
    async stop() {
      isOn = false
      await done
    },
  }
}
