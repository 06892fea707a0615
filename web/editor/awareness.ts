// Who else has the file open, as they say themselves. What they say is drawn into the page's styles, so it is checked.
import type { Awareness } from 'y-protocols/awareness'
import type { PublicUser } from '../../protocol/events.ts'
import { personColor } from '../people/color.ts'

export interface Person {
  id: string
  name: string
}

interface Sign extends Person {
  color: string
  colorLight: string
}

export function selfAwareness({ id, displayName }: PublicUser): Sign {
  const color = personColor(id)
  return { id, name: displayName, color, colorLight: `${color}40` }
}

/** Names are cut; the colour is made of the id again, because y-codemirror writes it into a style attribute. */
function tame(sign: Partial<Record<keyof Sign, unknown>> | undefined, clientId: number): Sign {
  const id = typeof sign?.id === 'string' ? sign.id : String(clientId)
  const name = typeof sign?.name === 'string' ? sign.name.slice(0, 60) : 'Somebody'
  const color = personColor(id)
  return { id, name, color, colorLight: `${color}40` }
}

/** Before anything else listens. @returns a function that ends it */
export function tamePeople(awareness: Awareness): () => void {
  const look = ({ added, updated }: { added: number[]; updated: number[] }) => {
    for (const clientId of [...added, ...updated]) {
      const state = awareness.getStates().get(clientId)
      if (state && clientId !== awareness.clientID) {
        state['user'] = tame(state['user'] as Partial<Sign> | undefined, clientId)
      }
    }
  }
  awareness.on('change', look)
  return () => awareness.off('change', look)
}

/** Each person once, however many tabs they have open. */
export function peopleOf(awareness: Awareness, self: string): Person[] {
  const people = new Map<string, Person>()
  for (const [clientId, state] of awareness.getStates()) {
    const { id, name } = tame(state['user'] as Partial<Sign> | undefined, clientId)
    if (state['user'] && id !== self) people.set(id, { id, name })
  }
  return [...people.values()]
}
