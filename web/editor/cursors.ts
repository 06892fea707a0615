// The names at cursors: shown while somebody moves, so that they do not lie on the text for longer than they help.
import type { Awareness } from 'y-protocols/awareness'

const SHOWN_FOR = 2_500
const moving = 'cm-peopleMove'

/** @returns a function that ends it */
export function nameMovingCursors(editor: HTMLElement, awareness: Awareness): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined
  const show = ({ added, updated }: { added: number[]; updated: number[] }) => {
    if (![...added, ...updated].some((id) => id !== awareness.clientID)) return
    editor.classList.add(moving)
    clearTimeout(timer)
    timer = setTimeout(() => editor.classList.remove(moving), SHOWN_FOR)
  }
  awareness.on('change', show)
  return () => {
    clearTimeout(timer)
    awareness.off('change', show)
  }
}
