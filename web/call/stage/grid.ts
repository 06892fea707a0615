// How tiles fill a space best.

export interface Grid {
  columns: number
  /** CSS pixels */
  width: number
  height: number
}

const GAP = 8
/** Of a tile, width to height */
const WIDEST = 16 / 9
/** Cameras are wide: a narrow tile shows a part of the picture, which the screen of a phone is worth. */
const narrowest = (width: number, height: number) => (height > 1.25 * width ? 3 / 4 : 4 / 3)
/** Smaller, nobody is recognised: the rest is scrolled to. */
const SMALLEST = 132

/** The columns that make tiles largest. */
export function fitGrid(count: number, width: number, height: number): Grid {
  let best: Grid = { columns: 1, width: 0, height: 0 }
  for (let columns = 1; columns <= Math.max(1, count); columns += 1) {
    const rows = Math.ceil(count / columns)
    const cellWidth = (width - GAP * (columns - 1)) / columns
    const cellHeight = (height - GAP * (rows - 1)) / rows
    const tileWidth = Math.min(cellWidth, cellHeight * WIDEST)
    const tileHeight = Math.min(cellHeight, tileWidth / narrowest(width, height))
    if (tileWidth * tileHeight > best.width * best.height) {
      best = { columns, width: tileWidth, height: tileHeight }
    }
  }
  if (best.width >= SMALLEST || width <= 0) return floored(best)
  const columns = Math.max(1, Math.floor((width + GAP) / (SMALLEST + GAP)))
  const tileWidth = (width - GAP * (columns - 1)) / columns
  return floored({ columns, width: tileWidth, height: tileWidth / WIDEST })
}

const floored = ({ columns, width, height }: Grid): Grid => ({
  columns,
  width: Math.max(0, Math.floor(width)),
  height: Math.max(0, Math.floor(height)),
})
