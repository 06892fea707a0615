// The sign of a channel: # for all, a lock for some, the person themselves in a conversation.
import { Hash, Lock, Users } from 'lucide-react'
import type { ChannelInfo } from '../../../protocol/chat.ts'
import { useUser } from '../../accounts/gate.tsx'
import { PersonAvatar } from '../../people/avatar.tsx'
import { usePerson } from '../people.ts'
import { othersIn } from './names.ts'
import classes from './channels.module.css'

export function ChannelIcon({ channel }: { channel: Pick<ChannelInfo, 'kind' | 'members'> }) {
  const user = useUser()
  const person = usePerson()
  const [other] = othersIn(channel, user.id)
  if (channel.kind === 'direct' && other) {
    return (
      <span className={classes.icon}>
        <PersonAvatar
          user={other}
          size={20}
          title={false}
          status={person(other.id)?.status ?? 'offline'}
        />
      </span>
    )
  }
  const Icon = channel.kind === 'public' ? Hash : channel.kind === 'private' ? Lock : Users
  return (
    <span className={classes.icon}>
      <Icon size={15} aria-hidden />
    </span>
  )
}
