// Who belongs to the project, who is here, and who is in the call.
import { lazy, Suspense, useState } from 'react'
import { ActionIcon, Button, Menu, Text } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { Check, Ellipsis, LogOut, Phone, UserMinus, UserPlus } from 'lucide-react'
import { useLocation } from 'wouter'
import { projectRoles, type ProjectRole } from '../../protocol/access.ts'
import type { JoinedProject, PublicUser } from '../../protocol/events.ts'
import { useUser } from '../accounts/gate.tsx'
import { api } from '../api.ts'
import { Confirm } from '../confirm.tsx'
import { notifyError } from '../notice.ts'
import { refreshProjects } from '../projects/queries.ts'
import { roleHints, roleNames } from '../projects/words.ts'
import { useCan, useOpenProject, useRoomState } from '../room/context.tsx'
import { PersonAvatar } from './avatar.tsx'
import classes from './people.module.css'

const InviteDialog = lazy(() => import('./invite.tsx').then((m) => ({ default: m.InviteDialog })))

type Person = JoinedProject['members'][number]

export function PeoplePanel() {
  const { members, present, call } = useRoomState()
  const can = useCan()
  const [inviting, invite] = useDisclosure(false)
  const [removing, setRemoving] = useState<Person | null>(null)
  const known = new Set(members.map(({ id }) => id))
  const visitors = present.filter(({ id }) => !known.has(id))
  const online = members.filter((member) => member.online)
  const offline = members.filter((member) => !member.online)
  const inCall = new Set(call?.participants.map(({ id }) => id))
  const list = (people: readonly Person[]) =>
    people.map((member) => (
      <PersonRow
        key={member.id}
        person={member}
        member={member}
        online={member.online}
        inCall={inCall.has(member.id)}
        onRemove={() => setRemoving(member)}
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
      <Group name="In the room" count={online.length + visitors.length}>
        {list(online)}
        {visitors.map((visitor) => (
          <PersonRow key={visitor.id} person={visitor} online inCall={inCall.has(visitor.id)} />
        ))}
      </Group>
      {offline.length > 0 && (
        <Group name="Away" count={offline.length}>
          {list(offline)}
        </Group>
      )}
      <Suspense>{inviting && <InviteDialog opened onClose={invite.close} />}</Suspense>
      {removing && <RemoveMember member={removing} onClose={() => setRemoving(null)} />}
    </div>
  )
}

function Group({
  name,
  count,
  children,
}: {
  name: string
  count: number
  children: React.ReactNode
}) {
  return (
    <section className={classes.group}>
      <h3 className={classes.groupName}>
        {name} · {count}
      </h3>
      <ul className={classes.list}>{children}</ul>
    </section>
  )
}

interface RowProps {
  person: PublicUser
  /** undefined for somebody who is here without being a member, such as an admin */
  member?: Person
  online: boolean
  inCall: boolean
  onRemove?: () => void
}

function PersonRow({ person, member, online, inCall, onRemove }: RowProps) {
  const user = useUser()
  const can = useCan()
  const self = person.id === user.id
  const manages = can('project:manage_members')
  return (
    <li className={classes.row}>
      <PersonAvatar user={person} size={30} online={online} title={false} />
      <div className={classes.names}>
        <span className={classes.name}>
          {person.displayName}
          {self && <span className={classes.dim}> (you)</span>}
        </span>
        <span className={classes.dim}>
          @{person.username} · {member ? roleNames[member.role] : 'Admin'}
          <span className={classes.hidden}>{online ? ', online' : ', away'}</span>
        </span>
      </div>
      {inCall && (
        <span className={classes.inCall} title="In the call" role="img" aria-label="In the call">
          <Phone size={14} />
        </span>
      )}
      {member && onRemove && (manages || self) && (
        <MemberMenu member={member} self={self} manages={manages} onRemove={onRemove} />
      )}
    </li>
  )
}

interface MenuProps {
  member: Person
  self: boolean
  manages: boolean
  onRemove: () => void
}

function MemberMenu({ member, self, manages, onRemove }: MenuProps) {
  const { project } = useOpenProject()
  const change = (role: ProjectRole) =>
    void api
      .patch(`/projects/${project.slug}/members/${member.id}`, { role })
      .catch((error: unknown) => notifyError(error, 'The role was not changed'))
  return (
    <Menu position="bottom-end" width={260}>
      <Menu.Target>
        <ActionIcon aria-label={`Actions for ${member.displayName}`}>
          <Ellipsis size={16} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {manages && (
          <>
            <Menu.Label>Role</Menu.Label>
            {projectRoles.map((role) => (
              <Menu.Item
                key={role}
                onClick={() => change(role)}
                aria-checked={member.role === role}
                rightSection={member.role === role && <Check size={15} />}
              >
                {roleNames[role]}
                <Text size="xs" c="var(--text-dim)">
                  {roleHints[role]}
                </Text>
              </Menu.Item>
            ))}
            <Menu.Divider />
          </>
        )}
        <Menu.Item
          color="red"
          leftSection={self ? <LogOut size={15} /> : <UserMinus size={15} />}
          onClick={onRemove}
        >
          {self ? 'Leave project' : 'Remove from project'}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
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
