// Where each picture is shown, and how large: what nobody sees need not be sent, and what is small need not be sharp.

export interface ViewSize {
  /** Device pixels */
  width: number
  height: number
}

export interface View {
  /** null: not before anybody's eyes */
  resize(size: ViewSize | null): void
  end(): void
}

export interface Views {
  /** Another place where this producer's picture is shown; it is seen with the first resize. */
  open(producerId: string): View
  /** Lines of the largest view; null when nobody sees it */
  lines(producerId: string): number | null
}

/** Pictures are wide: a narrow, high view shows a part of one. */
const linesOf = ({ width, height }: ViewSize) => Math.max(height, (width * 9) / 16)

export function createViews(onChange: (producerId: string) => void): Views {
  const views = new Map<string, Map<View, ViewSize | null>>()
  const lines = (producerId: string) => {
    let most: number | null = null
    for (const size of views.get(producerId)?.values() ?? []) {
      if (size) most = Math.max(most ?? 0, linesOf(size))
    }
    return most
  }
  return {
    open(producerId) {
      const here = views.get(producerId) ?? new Map<View, ViewSize | null>()
      views.set(producerId, here)
      const changing = (change: () => void) => {
        const before = lines(producerId)
        change()
        if (lines(producerId) !== before) onChange(producerId)
      }
      const view: View = {
        resize: (size) => changing(() => here.set(view, size)),
        end: () =>
          changing(() => {
            here.delete(view)
            if (here.size === 0 && views.get(producerId) === here) views.delete(producerId)
          }),
      }
      return view
    },
    lines,
  }
}

/** Of the largest layer, by how many layers there are: senders send as many as their camera deserves. */
const largest = [360, 480, 720]
/** A picture may be stretched this much before a larger one is worth its bits. */
const STRETCH = 1.25

/** The smallest simulcast layer that is good enough; 0 is the smallest there is. */
export function layerFor(lines: number, layers: number): number {
  const most = largest[Math.min(layers, largest.length) - 1] ?? 720
  for (let layer = 0; layer < layers - 1; layer += 1) {
    if ((most / 2 ** (layers - 1 - layer)) * STRETCH >= lines) return layer
  }
  return layers - 1
}
