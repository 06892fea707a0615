// One row of the tree. What happens on it is handled by the tree as a whole.
import { memo, type CSSProperties, type ReactNode } from 'react'
import { Ellipsis } from 'lucide-react'
import type { PresentPerson } from '../../protocol/presence.ts'
import { AvatarRow } from '../people/avatar.tsx'
import { Chevron, FileIcon } from './icon.tsx'
import { isFolder, type TreeRow } from './tree.ts'
import classes from './tree.module.css'

export const rowId = (id: string) => `file-${id}`

interface Props {
  row: TreeRow
  top: number
  current: boolean
  chosen: boolean
  focused: boolean
  /** What is dragged would go into this one */
  target: boolean
  draggable: boolean
  people: readonly PresentPerson[] | undefined
  /** Instead of the name */
  naming: ReactNode
}

const places = (people: readonly PresentPerson[]) =>
  people.map(({ displayName }) => displayName).join(', ') +
  (people.length === 1 ? ' is here' : ' are here')

export const Row = memo(function Row(props: Props) {
  const { row, top, current, chosen, focused, target, draggable, people, naming } = props
  const { node, depth, open, position, siblings } = row
  const { id, path, kind } = node.file
  const folder = isFolder(node.file)
  const style: CSSProperties & Record<'--depth', number> = { top, '--depth': depth }
  return (
    <div
      role="treeitem"
      id={rowId(id)}
      data-id={id}
      aria-level={depth + 1}
      aria-posinset={position}
      aria-setsize={siblings}
      aria-label={node.name}
      aria-selected={chosen}
      {...(folder ? { 'aria-expanded': open } : {})}
      {...(current ? { 'aria-current': 'page' as const } : {})}
      {...(people ? { 'aria-description': places(people) } : {})}
      className={classes.row}
      data-focused={focused}
      data-target={target}
      data-naming={naming !== null}
      style={style}
      title={naming === null ? path : undefined}
      draggable={draggable && naming === null}
    >
      <Chevron shown={folder} open={open} />
      <FileIcon name={node.name} kind={kind} open={open} />
      {naming ?? <span className={classes.name}>{node.name}</span>}
      {people && (
        <span className={classes.people} title={places(people)}>
          <AvatarRow users={people.map(({ status: _status, ...user }) => user)} max={3} size={17} />
        </span>
      )}
      {naming === null && (
        <button
          type="button"
          tabIndex={-1}
          data-more
          className={classes.more}
          aria-label={`Actions for ${path}`}
        >
          <Ellipsis size={15} aria-hidden />
        </button>
      )}
    </div>
  )
})
