// Who belongs to the project, who is here, and where.
import { lazy, Suspense, useState, type ReactNode } from 'react'
import { Button } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { UserPlus } from 'lucide-react'
import { useLocation } from 'wouter'
import { useUser } from '../accounts/gate.tsx'
import { api } from '../api.ts'
import { openDirect } from '../chat/channels/requests.ts'
import { Confirm } from '../confirm.tsx'
import { notifyError } from '../notice.ts'
import { refreshProjects } from '../projects/queries.ts'
import { useCan, useOpenProject, useRoomState } from '../room/context.tsx'
import { BannedPeople, BanPerson } from './ban.tsx'
import { useMutes } from './requests.ts'
import { PersonRow, type Person } from './row.tsx'
import classes from './people.module.css'

const InviteDialog = lazy(() => import('./invite.tsx').then((m) => ({ default: m.InviteDialog })))

interface Props {
  /** Shows a channel of the chat. */
  onChannel: (channelId: string) => void
}

export function PeoplePanel({ onChannel }: Props) {
  const { project, room } = useOpenProject()
  const { members, present, call } = useRoomState()
  const can = useCan()
  const moderates = can('chat:moderate')
  const { data: mutes } = useMutes(project.slug, moderates)
  const [inviting, invite] = useDisclosure(false)
  const [removing, setRemoving] = useState<Person | null>(null)
  const [banning, setBanning] = useState<Person | null>(null)
  const known = new Set(members.map(({ id }) => id))
  const visitors = present.filter(({ id }) => !known.has(id))
  const here = [...members.filter(({ status }) => status !== 'offline'), ...visitors]
  const away = members.filter(({ status }) => status === 'offline')
  const inCall = new Set(call?.participants.map(({ id }) => id))
  const message = async (person: Person) => {
    try {
      const { id } = await openDirect(project.slug, [person.id])
      await room?.chats.refresh()
      onChannel(id)
    } catch (error) {
      notifyError(error)
    }
  }
  const list = (people: readonly Person[]) =>
    people.map((person) => (
      <PersonRow
        key={person.id}
        person={person}
        inCall={inCall.has(person.id)}
        muted={mutes?.find(({ user }) => user.id === person.id)}
        onMessage={() => void message(person)}
        onRemove={() => setRemoving(person)}
        onBan={() => setBanning(person)}
      />
    ))
  return (
    <div className={classes.panel}>
      {can('project:manage_members') && (
        <Button
          mx={12}
          mt={12}
          variant="default"
          leftSection={<UserPlus size={15} />}
          onClick={invite.open}
        >
          Invite people
        </Button>
      )}
      <Group name="In the room" count={here.length}>
        {list(here)}
      </Group>
      {away.length > 0 && (
        <Group name="Not here" count={away.length}>
          {list(away)}
        </Group>
      )}
      {moderates && <BannedPeople />}
      <Suspense>{inviting && <InviteDialog opened onClose={invite.close} />}</Suspense>
      {removing && <RemoveMember member={removing} onClose={() => setRemoving(null)} />}
      {banning && <BanPerson person={banning} onClose={() => setBanning(null)} />}
    </div>
  )
}

function Group({ name, count, children }: { name: string; count: number; children: ReactNode }) {
  return (
    <section className={classes.group}>
      <h3 className={classes.groupName}>
        {name} · {count}
      </h3>
      <ul className={classes.list}>{children}</ul>
    </section>
  )
}

function RemoveMember({ member, onClose }: { member: Person; onClose: () => void }) {
  const { project } = useOpenProject()
  const [, navigate] = useLocation()
  const self = member.id === useUser().id
  return (
    <Confirm
      opened
      title={self ? 'Leave project' : 'Remove from project'}
      action={self ? 'Leave project' : 'Remove'}
      onClose={onClose}
      onConfirm={async () => {
        await api.delete(`/projects/${project.slug}/members/${member.id}`)
        if (!self) return
        navigate('/projects')
        await refreshProjects()
      }}
    >
      {self
        ? 'You leave the room at once. To come back to a private project you need an invitation.'
        : `${member.displayName} leaves the room at once: chat, open files and the call.`}
    </Confirm>
  )
}
