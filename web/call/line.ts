// The socket under one membership. It may be lost and come back as another one: until the membership is resumed,
// requests wait, and those that were under way are asked again.
import type { CallRequests, CallResume } from '../../protocol/calls.ts'
import type { Signalling } from './signalling.ts'

type Joined = CallRequests['call_join'][1]

export interface Line extends Signalling {
  /** The socket is gone. */
  cut(): void
  /**
   * The socket is back.
   * @param isReceived whether a producer is still there
   * @param takeOver is told how the call is now, before anything else is asked
   * @returns false when the socket was lost again meanwhile
   */
  resume(
    member: Pick<Joined, 'peerId' | 'secret'>,
    isReceived: (producerId: string) => boolean,
    takeOver: (now: Joined) => void,
  ): Promise<boolean>
}

export function createLine({ address, request, on }: Signalling): Line {
  let cuts = 0
  let wait: PromiseWithResolvers<void> | null = null
  /** What the server made for us and we know of */
  const held = new Set<string>()
  /** consumerId → producerId */
  const consumers = new Map<string, string>()

  function note<Name extends keyof CallRequests>(
    name: Name,
    payload: CallRequests[Name][0],
    answer: CallRequests[Name][1],
  ) {
    const { transportId, producerId, consumerId } = { ...payload, ...answer } as Record<
      'transportId' | 'producerId' | 'consumerId',
      string
    >
    if (name === 'call_create_transport') held.add(transportId)
    if (name === 'call_produce') held.add(producerId)
    if (name === 'call_consume') consumers.set(consumerId, producerId)
    if (name === 'call_close_producer') held.delete(producerId)
  }

  return {
    address,
    on,
    async request(name, payload) {
      for (;;) {
        await wait?.promise
        const before = cuts
        try {
          const answer = await request(name, payload)
          note(name, payload, answer)
          return answer
        } catch (error) {
          if (cuts === before) throw error
        }
      }
    },
    cut() {
      cuts += 1
      wait ??= Promise.withResolvers()
    },
    async resume({ peerId, secret }, isReceived, takeOver) {
      const before = cuts
      for (const [id, producerId] of consumers) if (!isReceived(producerId)) consumers.delete(id)
      const resume: CallResume = { peerId, secret, holds: [...held, ...consumers.keys()] }
      try {
        const now = await request('call_join', { ...address, resume })
        if (cuts !== before) return false
        takeOver(now)
        wait?.resolve()
        wait = null
        return true
      } catch (error) {
        if (cuts === before) throw error
        return false
      }
    },
  }
}
