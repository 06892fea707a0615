// Where one reads stays where it is, whatever comes in above or below; at the bottom one stays at the bottom.

export interface Anchor {
  seq: string
  /** Its distance from the top of the box, pixels */
  top: number
}

const rows = (box: Element) => box.querySelectorAll<HTMLElement>('[data-seq]')
const topOf = (box: Element, row: Element) =>
  row.getBoundingClientRect().top - box.getBoundingClientRect().top

/** The first message that is seen. */
export function findAnchor(box: Element): Anchor | null {
  for (const row of rows(box)) {
    const top = topOf(box, row)
    if (top + row.clientHeight > 0) return { seq: row.dataset['seq'] ?? '', top }
  }
  return null
}

/** Does nothing where the browser has done it already. */
export function restore(box: HTMLElement, anchor: Anchor) {
  const row = findRow(box, anchor.seq)
  if (row) box.scrollTop += topOf(box, row) - anchor.top
}

const findRow = (box: Element, seq: string | number) =>
  box.querySelector<HTMLElement>(`[data-seq="${seq}"]`)

/** The row of a message; where that one is elsewhere, in a thread, the next one of those around it. */
export function findNear(box: Element, seq: number) {
  const exact = findRow(box, seq)
  if (exact) return exact
  const all = [...rows(box)]
  const before = all.some((row) => Number(row.dataset['seq']) < seq)
  return before ? all.find((row) => Number(row.dataset['seq']) > seq) : undefined
}

/** Whether something is there, above what is seen. */
export function isAbove(box: Element, selector: string) {
  const element = box.querySelector(selector)
  return element !== null && topOf(box, element) < 0
}

/** Arrow keys go from message to message. */
export function moveFocus(box: Element, key: string): boolean {
  if (key !== 'ArrowUp' && key !== 'ArrowDown') return false
  const all = [...rows(box)]
  const at = all.findIndex((row) => row === document.activeElement)
  const focused = document.activeElement
  // Not while somebody writes or chooses within a message.
  if (at < 0 && focused !== box) return false
  const next = at < 0 ? all.at(-1) : all[at + (key === 'ArrowUp' ? -1 : 1)]
  next?.focus()
  return next !== undefined
}
