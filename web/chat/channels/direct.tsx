// A conversation with one or a few people: opened once, found again ever after.
import { useState } from 'react'
import { Text } from '@mantine/core'
import { MAX_GROUP } from '../../../protocol/limits.ts'
import { FormDialog } from '../../dialog.tsx'
import { useOpenProject } from '../../room/context.tsx'
import { PeopleInput } from './peopleinput.tsx'
import type { Place } from '../place.ts'
import { openDirect } from './requests.ts'

interface Props {
  onClose: () => void
  onGo: (place: Place) => void
}

export function DirectDialog({ onClose, onGo }: Props) {
  const { project } = useOpenProject()
  const [people, setPeople] = useState<string[]>([])
  const open = async () => {
    const { id } = await openDirect(project.slug, people)
    onGo({ view: 'channel', channelId: id })
  }
  return (
    <FormDialog
      title="New message"
      action="Open"
      ready={people.length > 0}
      onSubmit={open}
      onClose={onClose}
    >
      <PeopleInput label="To" autoFocus value={people} onChange={setPeople} max={MAX_GROUP - 1} />
      <Text size="xs" c="var(--text-dim)">
        Only the people you choose read it. Up to {MAX_GROUP - 1} others of {project.name}.
      </Text>
    </FormDialog>
  )
}
