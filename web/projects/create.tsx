// The dialog that makes a project; its room opens afterwards.
import { useState, type SyntheticEvent } from 'react'
import { Alert, Button, Group, Modal } from '@mantine/core'
import { useLocation } from 'wouter'
import type { ProjectDetails } from '../../server/projects/schema.ts'
import { api } from '../api.ts'
import { useSubmit } from '../fields.ts'
import { ProjectFields, projectFieldNames, type ProjectDraft } from './fields.tsx'
import { refreshProjects } from './queries.ts'

const blank: ProjectDraft = {
  name: '',
  description: '',
  visibility: 'public',
  category: null,
  techStack: [],
  difficulty: null,
}

export function CreateProject({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const [draft, setDraft] = useState(blank)
  const { busy, refusal, submit } = useSubmit(projectFieldNames)
  const [, navigate] = useLocation()
  const send = (event: SyntheticEvent) => {
    event.preventDefault()
    submit(async () => {
      const project = await api.post<ProjectDetails>('/projects', {
        ...draft,
        description: draft.description?.trim() || null,
      })
      await refreshProjects(project)
      setDraft(blank)
      onClose()
      navigate(`/p/${project.slug}`)
    })
  }
  return (
    <Modal opened={opened} onClose={onClose} title="New project" size="md">
      <form onSubmit={send} aria-label="New project">
        {refusal.message && (
          <Alert color="red" mb="sm" role="alert">
            {refusal.message}
          </Alert>
        )}
        <ProjectFields draft={draft} onChange={setDraft} errors={refusal.fields} />
        <Group justify="flex-end" mt="lg" gap="xs">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={busy}>
            Create project
          </Button>
        </Group>
      </form>
    </Modal>
  )
}
