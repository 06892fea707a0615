// A new channel: for all in the project, or for some.
import { useState } from 'react'
import { SegmentedControl, Text, TextInput } from '@mantine/core'
import { Hash, Lock } from 'lucide-react'
import { FormDialog } from '../../dialog.tsx'
import { useOpenProject } from '../../room/context.tsx'
import { PeopleInput } from './peopleinput.tsx'
import { asName } from './names.ts'
import type { Place } from '../place.ts'
import { createChannel } from './requests.ts'

interface Props {
  onClose: () => void
  onGo: (place: Place) => void
}

export function CreateDialog({ onClose, onGo }: Props) {
  const { project } = useOpenProject()
  const [kind, setKind] = useState<'public' | 'private'>('public')
  const [name, setName] = useState('')
  const [topic, setTopic] = useState('')
  const [people, setPeople] = useState<string[]>([])
  const create = async () => {
    const members = kind === 'private' ? { memberIds: people } : {}
    const made = await createChannel(project.slug, { name, topic, kind, ...members })
    onGo({ view: 'channel', channelId: made.id })
  }
  return (
    <FormDialog
      title="Create channel"
      action="Create channel"
      ready={name !== ''}
      onSubmit={create}
      onClose={onClose}
    >
      <SegmentedControl
        fullWidth
        aria-label="Who can read it"
        value={kind}
        onChange={(value) => setKind(value === 'private' ? 'private' : 'public')}
        data={[
          { value: 'public', label: 'Public' },
          { value: 'private', label: 'Private' },
        ]}
      />
      <Text size="xs" c="var(--text-dim)">
        {kind === 'public'
          ? `Everybody in ${project.name} reads it and can write in it.`
          : 'Only people who are added see that it exists.'}
      </Text>
      <TextInput
        data-autofocus
        required
        label="Name"
        placeholder="design"
        maxLength={80}
        leftSection={kind === 'public' ? <Hash size={15} /> : <Lock size={15} />}
        value={name}
        onChange={(event) => setName(asName(event.currentTarget.value))}
      />
      <TextInput
        label="Topic"
        placeholder="What it is about"
        maxLength={250}
        value={topic}
        onChange={(event) => setTopic(event.currentTarget.value)}
      />
      {kind === 'private' && (
        <PeopleInput label="People" value={people} onChange={setPeople} max={100} />
      )}
    </FormDialog>
  )
}
