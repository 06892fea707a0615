// A conversation with one or a few people: opened once, found again ever after.
import { useState, type FormEvent } from 'react'
import { Alert, Button, Group, Modal, Stack, Text } from '@mantine/core'
import { MAX_GROUP } from '../../protocol/limits.ts'
import { useOpenProject } from '../room/context.tsx'
import { errorMessage } from '../wire.ts'
import { PeopleInput } from './choose.tsx'
import type { Place } from './place.ts'
import { openDirect } from './requests.ts'

interface Props {
  onClose: () => void
  onGo: (place: Place) => void
}

export function DirectDialog({ onClose, onGo }: Props) {
  const { project } = useOpenProject()
  const [people, setPeople] = useState<string[]>([])
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<string | null>(null)
  const submit = async (event: FormEvent) => {
    event.preventDefault()
    setBusy(true)
    setProblem(null)
    try {
      const { id } = await openDirect(project.slug, people)
      onClose()
      onGo({ view: 'channel', channelId: id })
    } catch (error) {
      setProblem(errorMessage(error))
      setBusy(false)
    }
  }
  return (
    <Modal opened onClose={onClose} title="New message">
      <form onSubmit={(event) => void submit(event)}>
        <Stack gap="sm">
          <PeopleInput
            label="To"
            autoFocus
            value={people}
            onChange={setPeople}
            max={MAX_GROUP - 1}
          />
          <Text size="xs" c="var(--text-dim)">
            Only the people you choose read it. Up to {MAX_GROUP - 1} others of {project.name}.
          </Text>
          {problem && (
            <Alert color="red" role="alert">
              {problem}
            </Alert>
          )}
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" loading={busy} disabled={people.length === 0}>
              Open
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  )
}
