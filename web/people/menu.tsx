// What can be done with somebody in the list of people.
import { ActionIcon, Menu, Text } from '@mantine/core'
import { Ban, Check, Ellipsis, LogOut, MicOff, UserMinus, Volume2 } from 'lucide-react'
import { projectRoles, type ProjectRole } from '../../protocol/access.ts'
import type { PublicUser } from '../../protocol/events.ts'
import type { Mute } from '../../server/projects/schema.ts'
import { useUser } from '../accounts/gate.tsx'
import { api } from '../api.ts'
import { notifyError } from '../notice.ts'
import { roleHints, roleNames } from '../projects/words.ts'
import { useCan, useOpenProject } from '../room/context.tsx'
import { mute, unmute } from './requests.ts'

const durations = [
  { minutes: 10, name: '10 minutes' },
  { minutes: 60, name: '1 hour' },
  { minutes: 24 * 60, name: '1 day' },
]

interface Props {
  person: PublicUser
  /** undefined for somebody who is not a member */
  role: ProjectRole | undefined
  muted: Mute | undefined
  onRemove: () => void
  onBan: () => void
}

export function PersonMenu({ person, role, muted, onRemove, onBan }: Props) {
  const self = useUser().id === person.id
  const can = useCan()
  const manages = can('project:manage_members') && role !== undefined
  const moderates = can('chat:moderate') && !self && role !== undefined
  if (!manages && !moderates && !(self && role)) return null
  return (
    <Menu position="bottom-end" width={260}>
      <Menu.Target>
        <ActionIcon aria-label={`Actions for ${person.displayName}`}>
          <Ellipsis size={16} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {manages && <RoleItems person={person} role={role} />}
        {moderates && role !== 'maintainer' && <MuteItems person={person} muted={muted} />}
        {(self || manages) && (
          <Menu.Item
            color="red"
            leftSection={self ? <LogOut size={15} /> : <UserMinus size={15} />}
            onClick={onRemove}
          >
            {self ? 'Leave project' : 'Remove from project'}
          </Menu.Item>
        )}
        {moderates && (
          <Menu.Item color="red" leftSection={<Ban size={15} />} onClick={onBan}>
            Ban from project
          </Menu.Item>
        )}
      </Menu.Dropdown>
    </Menu>
  )
}

function RoleItems({ person, role }: { person: PublicUser; role: ProjectRole }) {
  const { project } = useOpenProject()
  const change = (next: ProjectRole) =>
    void api
      .patch(`/projects/${project.slug}/members/${person.id}`, { role: next })
      .catch((error: unknown) => notifyError(error, 'The role was not changed'))
  return (
    <>
      <Menu.Label>Role</Menu.Label>
      {projectRoles.map((entry) => (
        <Menu.Item
          key={entry}
          onClick={() => change(entry)}
          aria-checked={role === entry}
          rightSection={role === entry && <Check size={15} />}
        >
          {roleNames[entry]}
          <Text size="xs" c="var(--text-dim)">
            {roleHints[entry]}
          </Text>
        </Menu.Item>
      ))}
      <Menu.Divider />
    </>
  )
}

function MuteItems({ person, muted }: { person: PublicUser; muted: Mute | undefined }) {
  const { project } = useOpenProject()
  const attempt = (change: Promise<void>) =>
    void change.catch((error: unknown) => notifyError(error, 'The mute was not changed'))
  return (
    <>
      <Menu.Label>Chat</Menu.Label>
      {muted && (
        <Menu.Item
          leftSection={<Volume2 size={15} />}
          onClick={() => attempt(unmute(project.slug, person.id))}
        >
          Let write again
        </Menu.Item>
      )}
      {durations.map(({ minutes, name }) => (
        <Menu.Item
          key={minutes}
          leftSection={<MicOff size={15} />}
          onClick={() => attempt(mute(project.slug, person.id, minutes))}
        >
          Mute for {name}
        </Menu.Item>
      ))}
      <Menu.Divider />
    </>
  )
}
