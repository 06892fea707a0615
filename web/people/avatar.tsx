// A person as a round sign. Pictures are elsewhere on the web; without them the page asks nobody else for anything.
import type { PublicUser } from '../../protocol/events.ts'
import type { Status } from '../../protocol/presence.ts'
import { initials, usePersonColor } from './color.ts'
import classes from './avatar.module.css'

interface Props {
  user: PublicUser
  size?: number
  /** Shown as a dot; undefined shows none */
  status?: Status | undefined
  title?: boolean
}

export function PersonAvatar({ user, size = 28, status, title = true }: Props) {
  const background = usePersonColor(user.id)
  return (
    <span
      className={classes.avatar}
      style={{ width: size, height: size, fontSize: size * 0.4, background }}
      title={title ? user.displayName : undefined}
    >
      <span aria-hidden>{initials(user.displayName)}</span>
      {status && <StatusDot status={status} size={size < 24 ? 6 : 9} />}
    </span>
  )
}

/** Differs in shape, too: not everybody tells green from red. */
export function StatusDot({ status, size = 9 }: { status: Status; size?: number }) {
  const style = { width: size, height: size }
  return <span className={classes.dot} style={style} data-status={status} aria-hidden />
}

/** The first few, overlapping, and how many more. */
export function AvatarRow({
  users,
  max = 4,
  size = 26,
}: {
  users: readonly (PublicUser & { status?: Status })[]
  max?: number
  size?: number
}) {
  if (users.length === 0) return null
  const more = users.length - max
  return (
    <span
      className={classes.row}
      role="img"
      aria-label={users.map((user) => user.displayName).join(', ')}
    >
      {users.slice(0, max).map((user) => (
        <PersonAvatar key={user.id} user={user} size={size} status={user.status} />
      ))}
      {more > 0 && <span className={classes.more}>+{more}</span>}
    </span>
  )
}
