// The dialog that opens an issue.
import { useState, type SyntheticEvent } from 'react'
import {
  Alert,
  Button,
  Group,
  Modal,
  Select,
  Stack,
  TagsInput,
  Textarea,
  TextInput,
} from '@mantine/core'
import { useLocation } from 'wouter'
import type { NewIssue } from '../../server/issues/schema.ts'
import { useSubmit } from '../fields.ts'
import { choices } from '../projects/words.ts'
import { useOpenProject } from '../room/context.tsx'
import { AssigneeSelect } from './assignee.tsx'
import { createIssue } from './queries.ts'
import { priorityNames } from './words.tsx'

const names = ['title', 'description', 'priority', 'labels']

export function CreateIssue({ onClose }: { onClose: () => void }) {
  const { project } = useOpenProject()
  const [, navigate] = useLocation()
  const [title, setTitle] = useState('')
  const [description, setDescription] = useState('')
  const [priority, setPriority] = useState<NonNullable<NewIssue['priority']>>('medium')
  const [labels, setLabels] = useState<string[]>([])
  const [assigneeId, setAssigneeId] = useState<string | null>(null)
  const { busy, refusal, submit } = useSubmit(names)
  const send = (event: SyntheticEvent) => {
    event.preventDefault()
    submit(async () => {
      const issue = await createIssue(project.slug, {
        title,
        description: description.trim() || null,
        priority,
        labels,
        ...(assigneeId ? { assigneeId } : {}),
      })
      onClose()
      navigate(`/p/${project.slug}/issues/${issue.number}`)
    })
  }
  return (
    <Modal opened onClose={onClose} title="New issue" size="lg">
      <form onSubmit={send} aria-label="New issue">
        <Stack gap="sm">
          {refusal.message && (
            <Alert color="red" role="alert">
              {refusal.message}
            </Alert>
          )}
          <TextInput
            label="Title"
            required
            withAsterisk={false}
            data-autofocus
            maxLength={200}
            value={title}
            error={refusal.fields['title']}
            onChange={(event) => setTitle(event.currentTarget.value)}
          />
          <Textarea
            label="Description"
            placeholder="What happens, what should happen, how to see it. Markdown works."
            autosize
            minRows={5}
            maxRows={14}
            value={description}
            error={refusal.fields['description']}
            onChange={(event) => setDescription(event.currentTarget.value)}
          />
          <Group grow align="start">
            <Select
              label="Priority"
              allowDeselect={false}
              data={choices(priorityNames)}
              value={priority}
              onChange={(value) => setPriority((value ?? 'medium') as typeof priority)}
            />
            <AssigneeSelect value={assigneeId} onChange={setAssigneeId} />
          </Group>
          <TagsInput
            label="Labels"
            placeholder={labels.length > 0 ? '' : 'bug, docs, …'}
            value={labels}
            error={refusal.fields['labels']}
            onChange={setLabels}
          />
        </Stack>
        <Group justify="flex-end" mt="lg" gap="xs">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={busy}>
            Create issue
          </Button>
        </Group>
      </form>
    </Modal>
  )
}
