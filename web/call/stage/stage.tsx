// The pictures of a large call: as a grid, or one in the light with the others beside.
import { useElementSize } from '@mantine/hooks'
import type { CSSProperties } from 'react'
import { arrange, receivedCameras, type Item } from './arrange.ts'
import { fitGrid } from './grid.ts'
import { Tile } from './tile.tsx'
import type { StageView } from './use.ts'
import classes from './stage.module.css'

interface Props {
  items: readonly Item[]
  view: StageView
  /** Cameras that are received at most */
  most: number
}

export function Stage({ items, view, most }: Props) {
  const { layout, pinned, pin, speaker, recent } = view
  const { ref, width, height } = useElementSize()
  const { kind, main, side } = arrange(items, { layout, pinned, speaker })
  const cameras = receivedCameras(items, { pinned, recent, most })
  const isReceived = ({ key, source, peerId }: Item) =>
    source === 'screen' ||
    cameras.has(peerId) ||
    main.some((lit) => kind !== 'grid' && lit.key === key)
  const tile = (item: Item) => (
    <Tile
      key={item.key}
      item={item}
      received={isReceived(item)}
      pinned={item.key === pinned}
      {...(items.length > 1 && { onPin: () => pin(item.key === pinned ? null : item.key) })}
    />
  )
  const fit = fitGrid(main.length, width, height)
  const style = {
    '--columns': fit.columns,
    '--width': `${fit.width}px`,
    '--height': `${fit.height}px`,
  }
  return (
    <div className={classes.stage} data-kind={kind}>
      <div ref={ref} className={classes.main}>
        {kind === 'grid' ? (
          <div className={classes.grid} style={style as CSSProperties}>
            {main.map(tile)}
          </div>
        ) : (
          main.map(tile)
        )}
      </div>
      {side.length > 0 && <div className={classes.side}>{side.map(tile)}</div>}
    </div>
  )
}
