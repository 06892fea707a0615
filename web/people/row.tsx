// One person of the list: who they are, whether they are here, what is before them.
import { ActionIcon, Tooltip } from '@mantine/core'
import { Eye, EyeOff, MessageSquare } from 'lucide-react'
import type { ProjectRole } from '../../protocol/access.ts'
import type { PublicUser } from '../../protocol/events.ts'
import type { Presence } from '../../protocol/presence.ts'
import type { Mute } from '../../server/projects/schema.ts'
import { useUser } from '../accounts/gate.tsx'
import { follow, following, stopFollowing } from '../editor/following.ts'
import { roleNames } from '../projects/words.ts'
import { useCan } from '../room/context.tsx'
import { useStore } from '../store.ts'
import { fullTime, momentName, Ago } from '../time.tsx'
import { PersonAvatar } from './avatar.tsx'
import { PersonMenu } from './menu.tsx'
import { Places } from './places.tsx'
import { statusNames } from './status.tsx'
import classes from './people.module.css'

/** `role` is undefined for somebody who is here without being a member, such as an admin. */
export type Person = PublicUser & Presence & { role?: ProjectRole }

interface Props {
  person: Person
  inCall: boolean
  muted: Mute | undefined
  onMessage: () => void
  onRemove: () => void
  onBan: () => void
}

export function PersonRow({ person, inCall, muted, onMessage, onRemove, onBan }: Props) {
  const self = person.id === useUser().id
  const can = useCan()
  const { status, places, lastSeenAt, role } = person
  const here = status !== 'offline'
  return (
    <li className={classes.row}>
      <PersonAvatar user={person} size={30} status={status} title={false} />
      <div className={classes.names}>
        <span className={classes.name}>
          {person.displayName}
          {self && <span className={classes.dim}> (you)</span>}
        </span>
        <span className={classes.dim}>
          @{person.username} · {role ? roleNames[role] : 'Not a member'}
          <span className={status === 'away' || status === 'busy' ? '' : classes.hidden}>
            , {statusNames[status].toLowerCase()}
          </span>
        </span>
        {muted && (
          <span className={classes.muted} title={`Muted until ${fullTime(muted.until)}`}>
            Muted until {momentName(muted.until)}
          </span>
        )}
        {here && <Places places={places} inCall={inCall} />}
        {!here && (
          <span className={classes.dim}>
            {lastSeenAt ? (
              <>
                Last seen <Ago at={lastSeenAt} />
              </>
            ) : (
              'Not seen here yet'
            )}
          </span>
        )}
      </div>
      {!self && here && <FollowButton person={person} />}
      {!self && role && can('chat:write') && (
        <Tooltip label={`Message ${person.displayName}`}>
          <ActionIcon aria-label={`Message ${person.displayName}`} onClick={onMessage}>
            <MessageSquare size={15} />
          </ActionIcon>
        </Tooltip>
      )}
      <PersonMenu person={person} role={role} muted={muted} onRemove={onRemove} onBan={onBan} />
    </li>
  )
}

function FollowButton({ person: { id, displayName } }: { person: Person }) {
  const follows = useStore(following)?.id === id
  const label = follows ? `Stop following ${displayName}` : `Follow ${displayName}`
  return (
    <Tooltip label={label}>
      <ActionIcon
        aria-label={label}
        aria-pressed={follows}
        onClick={() => (follows ? stopFollowing() : follow({ id, name: displayName }))}
      >
        {follows ? <EyeOff size={15} /> : <Eye size={15} />}
      </ActionIcon>
    </Tooltip>
  )
}
