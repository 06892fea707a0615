// Who else has the file open, as they say themselves. What they say is drawn into the page's styles, so it is checked.
import type { Awareness } from 'y-protocols/awareness'
import type { PublicUser } from '../../protocol/events.ts'
import { personColor } from '../people/color.ts'

export interface Person {
  id: string
  name: string
}

/** For other editors, which take the colours as they come (docs/EDITORS.md). */
interface Sign extends Person {
  color: string
  colorLight: string
}

export function selfAwareness({ id, displayName }: PublicUser): Sign {
  const color = personColor(id)
  return { id, name: displayName, color, colorLight: `${color}40` }
}

/** Names are cut; the colour that they say is left out: the page knows its own for them. */
function tame(sign: Partial<Record<keyof Person, unknown>> | undefined, clientId: number): Person {
  const id = typeof sign?.id === 'string' ? sign.id : String(clientId)
  const name = typeof sign?.name === 'string' ? sign.name.slice(0, 60) : 'Somebody'
  return { id, name }
}

/** Before anything else listens. @returns a function that ends it */
export function tamePeople(awareness: Awareness): () => void {
  const look = ({ added, updated }: { added: number[]; updated: number[] }) => {
    for (const clientId of [...added, ...updated]) {
      const state = awareness.getStates().get(clientId)
      if (state && clientId !== awareness.clientID) {
        state['user'] = tame(state['user'] as Partial<Person> | undefined, clientId)
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
    const { id, name } = tame(state['user'] as Partial<Person> | undefined, clientId)
    if (state['user'] && id !== self) people.set(id, { id, name })
  }
  return [...people.values()]
}
