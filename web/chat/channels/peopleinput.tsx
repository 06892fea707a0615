// Choosing people of the project by name.
import { MultiSelect } from '@mantine/core'
import { useUser } from '../../accounts/gate.tsx'
import { useRoomState } from '../../room/context.tsx'

interface Props {
  label: string
  /** Ids */
  value: string[]
  onChange: (ids: string[]) => void
  max: number
  /** Ids of those who are not offered */
  without?: readonly string[]
  autoFocus?: boolean
}

export function PeopleInput({ label, value, onChange, max, without = [], autoFocus }: Props) {
  const { members } = useRoomState()
  const user = useUser()
  const hidden = new Set([user.id, ...without])
  return (
    <MultiSelect
      label={label}
      data-autofocus={autoFocus}
      placeholder={value.length === 0 ? 'Names' : ''}
      searchable
      hidePickedOptions
      maxValues={max}
      nothingFoundMessage="Nobody of that name in this project"
      comboboxProps={{ withinPortal: true }}
      data={members
        .filter(({ id }) => !hidden.has(id))
        .map(({ id, displayName, username }) => ({
          value: id,
          label: `${displayName} (@${username})`,
        }))}
      value={value}
      onChange={onChange}
    />
  )
}
