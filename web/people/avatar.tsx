// A person as a round sign. Pictures are elsewhere on the web; without them the page asks nobody else for anything.
import type { PublicUser } from '../../protocol/events.ts'
import { initials, personColor } from './color.ts'
import classes from './avatar.module.css'

interface Props {
  user: PublicUser
  size?: number
  /** Whether to show a dot for being here or not; undefined shows none */
  online?: boolean
  title?: boolean
}

export function PersonAvatar({ user, size = 28, online, title = true }: Props) {
  return (
    <span
      className={classes.avatar}
      style={{ width: size, height: size, fontSize: size * 0.4, background: personColor(user.id) }}
      title={title ? user.displayName : undefined}
    >
      <span aria-hidden>{initials(user.displayName)}</span>
      {online !== undefined && <span className={classes.dot} data-online={online} aria-hidden />}
    </span>
  )
}

/** The first few, overlapping, and how many more. */
export function AvatarRow({
  users,
  max = 4,
  size = 26,
}: {
  users: readonly PublicUser[]
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
        <PersonAvatar key={user.id} user={user} size={size} />
      ))}
      {more > 0 && <span className={classes.more}>+{more}</span>}
    </span>
  )
}
