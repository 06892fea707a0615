// Two ways in: a link for anybody who has it, or a name of somebody who has an account.
import { useState, type SyntheticEvent } from 'react'
import {
  Alert,
  Autocomplete,
  Button,
  Divider,
  Group,
  Modal,
  Select,
  Stack,
  Text,
} from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { useQuery } from '@tanstack/react-query'
import { Link2 } from 'lucide-react'
import { projectRoles, type ProjectRole } from '../../protocol/access.ts'
import type { Invite, Member } from '../../server/projects/schema.ts'
import type { User } from '../../server/users/schema.ts'
import { api, query } from '../api.ts'
import { CopyLink } from '../copylink.tsx'
import { useSubmit } from '../fields.ts'
import { GuestLinks } from '../guests/links.tsx'
import { notify } from '../notice.ts'
import { roleHints, roleNames } from '../projects/words.ts'
import { useCan, useOpenProject } from '../room/context.tsx'
import { durations, fullTime } from '../time.tsx'

type LinkRole = 'contributor' | 'member' | 'guest'
const linkRoles: LinkRole[] = ['contributor', 'member', 'guest']
const roleData = (roles: readonly ProjectRole[]) =>
  roles.map((role) => ({ value: role, label: roleNames[role] }))

export function InviteDialog({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const { project } = useOpenProject()
  const can = useCan()
  const [guests, setGuests] = useState(false)
  if (guests) return <GuestLinks onClose={onClose} />
  return (
    <Modal opened={opened} onClose={onClose} title={`Invite to ${project.name}`} size="md">
      <InviteLink />
      <Divider my="lg" label="or add somebody who has an account" />
      <AddMember />
      {can('call:moderate') && (
        <>
          <Divider my="lg" label="or let guests into a call, without an account" />
          <Button variant="default" fullWidth onClick={() => setGuests(true)}>
            Guests by link
          </Button>
        </>
      )}
    </Modal>
  )
}

function InviteLink() {
  const { project } = useOpenProject()
  const [role, setRole] = useState<LinkRole>('contributor')
  const [expiresIn, setExpiresIn] = useState('168')
  const [invite, setInvite] = useState<Invite | null>(null)
  const { busy, refusal, submit } = useSubmit([])
  const create = () =>
    submit(async () => {
      const body = { role, expiresIn: Number(expiresIn) }
      setInvite(await api.post<Invite>(`/projects/${project.slug}/invites`, body))
    })
  // The address that this person uses works for others in their network, too.
  const address = invite ? `${location.origin}/invite/${invite.token}` : ''
  return (
    <Stack gap="sm">
      <Group grow align="start">
        <Select
          label="Joins as"
          allowDeselect={false}
          data={roleData(linkRoles)}
          value={role}
          onChange={(value) => setRole((value ?? 'contributor') as LinkRole)}
        />
        <Select
          label="Works for"
          allowDeselect={false}
          data={durations}
          value={expiresIn}
          onChange={(value) => setExpiresIn(value ?? '168')}
        />
      </Group>
      <Text size="xs" c="var(--text-dim)">
        {roleNames[role]}: {roleHints[role]}.
      </Text>
      {refusal.message && (
        <Alert color="red" role="alert">
          {refusal.message}
        </Alert>
      )}
      {invite ? (
        <>
          <CopyLink label="Invite link" address={address} />
          <Text size="xs" c="var(--text-dim)">
            Joins as {roleNames[invite.role].toLowerCase()}, until {fullTime(invite.expiresAt)}. It
            is shown only now.
          </Text>
        </>
      ) : (
        <Button loading={busy} onClick={create} leftSection={<Link2 size={16} />}>
          Create invite link
        </Button>
      )}
    </Stack>
  )
}

function AddMember() {
  const { project } = useOpenProject()
  const [username, setUsername] = useState('')
  const [role, setRole] = useState<ProjectRole>('contributor')
  const [q] = useDebouncedValue(username.trim(), 200)
  const { busy, refusal, submit } = useSubmit(['username'])
  const { data: found } = useQuery({
    queryKey: ['users', q],
    queryFn: () => api.list<User>(`/users/search${query({ q, limit: 6 })}`),
    enabled: q.length >= 2,
  })
  const send = (event: SyntheticEvent) => {
    event.preventDefault()
    submit(async () => {
      const body = { username: username.trim().replace(/^@/, ''), role }
      const member = await api.post<Member>(`/projects/${project.slug}/members`, body)
      notify(`${member.displayName} is in ${project.name} now`)
      setUsername('')
    })
  }
  return (
    <form onSubmit={send} aria-label="Add a member">
      <Group gap="xs" align="end" wrap="nowrap">
        <Autocomplete
          style={{ flex: 1 }}
          label="Username"
          placeholder="ada"
          data={q.length >= 2 ? (found?.data.map((person) => person.username) ?? []) : []}
          filter={({ options }) => options}
          autoCapitalize="none"
          spellCheck={false}
          value={username}
          onChange={setUsername}
        />
        <Select
          w={140}
          label="Role"
          allowDeselect={false}
          data={roleData(projectRoles)}
          value={role}
          onChange={(value) => setRole((value ?? 'contributor') as ProjectRole)}
        />
        <Button type="submit" loading={busy} disabled={username.trim() === ''}>
          Add
        </Button>
      </Group>
      {(refusal.message ?? refusal.fields['username']) && (
        <Text size="sm" c="var(--danger)" mt={6} role="alert">
          {refusal.message ?? refusal.fields['username']}
        </Text>
      )}
    </form>
  )
}
