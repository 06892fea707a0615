// Who does it: the members of the project. Without the permission to assign others, only oneself.
import { Select } from '@mantine/core'
import type { PublicUser } from '../../protocol/events.ts'
import { useUser } from '../accounts/gate.tsx'
import { useCan, useRoomState } from '../room/context.tsx'

interface Props {
  value: string | null
  /** As the issue says; they may have left the project */
  current?: PublicUser | null
  disabled?: boolean
  onChange: (id: string | null) => void
}

export function AssigneeSelect({ value, current, disabled = false, onChange }: Props) {
  const { members } = useRoomState()
  const user = useUser()
  const mayAssign = useCan()('issue:assign')
  const eligible = members.filter(({ id }) => mayAssign || id === user.id || id === value)
  const people =
    current && !eligible.some(({ id }) => id === current.id) ? [...eligible, current] : eligible
  return (
    <Select
      label="Assignee"
      placeholder="Nobody"
      clearable={mayAssign || value === user.id}
      searchable
      disabled={disabled || (!mayAssign && value !== null && value !== user.id)}
      data={people.map(({ id, displayName }) => ({
        value: id,
        label: id === user.id ? `${displayName} (you)` : displayName,
      }))}
      value={value}
      onChange={onChange}
    />
  )
}
