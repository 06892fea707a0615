// The settings of a project, for those who may change it.
import { useState, type SyntheticEvent } from 'react'
import {
  Alert,
  Button,
  Divider,
  Group,
  Modal,
  Select,
  Stack,
  Switch,
  Text,
  TextInput,
} from '@mantine/core'
import { useLocation } from 'wouter'
import type { Project, ProjectDetails } from '../../server/projects/schema.ts'
import { api } from '../api.ts'
import { Confirm } from '../confirm.tsx'
import { useSubmit } from '../fields.ts'
import { notify } from '../notice.ts'
import { useCan, useOpenProject } from '../room/context.tsx'
import { ProjectFields, projectFieldNames } from './fields.tsx'
import { refreshProjects } from './queries.ts'
import { choices, statusNames } from './words.ts'

const linkFields = [
  ['repositoryUrl', 'Repository'],
  ['documentationUrl', 'Documentation'],
  ['demoUrl', 'Demo'],
] as const

export function ProjectSettings({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const { project } = useOpenProject()
  const can = useCan()
  const [, navigate] = useLocation()
  const [draft, setDraft] = useState(project)
  const [deleting, setDeleting] = useState(false)
  const names = [...projectFieldNames, 'status', ...linkFields.map(([name]) => name)]
  const { busy, refusal, submit } = useSubmit(names)
  const set = (part: Partial<ProjectDetails>) => setDraft({ ...draft, ...part })
  const send = (event: SyntheticEvent) => {
    event.preventDefault()
    submit(async () => {
      const { name, description, visibility, category, techStack, difficulty, status } = draft
      const { callGuests } = draft
      const links = Object.fromEntries(
        linkFields.map(([field]) => [field, draft[field]?.trim() || null]),
      )
      const fields = { name, visibility, category, techStack, difficulty, status, callGuests }
      const details = await api.patch<ProjectDetails>(`/projects/${project.slug}`, {
        ...fields,
        ...links,
        description: description?.trim() || null,
      })
      await refreshProjects(details)
      notify('Settings saved')
      onClose()
    })
  }
  return (
    <Modal opened={opened} onClose={onClose} title="Project settings" size="md">
      <form onSubmit={send} aria-label="Project settings">
        <Stack gap="sm">
          {refusal.message && (
            <Alert color="red" role="alert">
              {refusal.message}
            </Alert>
          )}
          <ProjectFields draft={draft} onChange={set} errors={refusal.fields} />
          <Select
            label="Status"
            allowDeselect={false}
            data={choices(statusNames)}
            value={draft.status}
            onChange={(status) => set({ status: status as Project['status'] })}
          />
          <Switch
            label="Guests may come to calls"
            description="By a link, without an account, when a moderator lets them in"
            checked={draft.callGuests}
            onChange={(event) => set({ callGuests: event.currentTarget.checked })}
          />
          {linkFields.map(([name, label]) => (
            <TextInput
              key={name}
              label={label}
              type="url"
              placeholder="https://"
              value={draft[name] ?? ''}
              error={refusal.fields[name]}
              onChange={(event) => set({ [name]: event.currentTarget.value })}
            />
          ))}
        </Stack>
        <Group justify="flex-end" mt="lg" gap="xs">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={busy}>
            Save settings
          </Button>
        </Group>
      </form>
      {can('project:delete') && (
        <>
          <Divider my="lg" />
          <Group justify="space-between" wrap="nowrap">
            <Text size="sm" c="var(--text-dim)">
              Deleting takes files, chat and issues with it.
            </Text>
            <Button
              style={{ flexShrink: 0 }}
              variant="light"
              color="red"
              onClick={() => setDeleting(true)}
            >
              Delete project
            </Button>
          </Group>
        </>
      )}
      <Confirm
        opened={deleting}
        title={`Delete ${project.name}`}
        action="Delete project"
        onClose={() => setDeleting(false)}
        onConfirm={async () => {
          await api.delete(`/projects/${project.slug}`)
          navigate('/projects')
          await refreshProjects()
        }}
      >
        All files, messages and issues will be gone for everybody. This cannot be undone.
      </Confirm>
    </Modal>
  )
}
