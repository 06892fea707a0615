// Naming a new file, renaming one, deleting one.
import { useState, type SyntheticEvent } from 'react'
import { Button, Code, Group, Modal, TextInput } from '@mantine/core'
import { useLocation, useRoute } from 'wouter'
import type { ProjectFile } from '../../server/files/schema.ts'
import { Confirm } from '../confirm.tsx'
import { useSubmit } from '../fields.ts'
import { useOpenProject } from '../room/context.tsx'
import { createFile, deleteFile, renameFile } from './queries.ts'

interface PathProps {
  /** The file to rename; a new one otherwise */
  file?: ProjectFile
  /** Where a new one begins, such as `src/` */
  folder?: string
  onClose: () => void
  onDone?: () => void
}

export function PathDialog({ file, folder = '', onClose, onDone }: PathProps) {
  const { project } = useOpenProject()
  const [, navigate] = useLocation()
  const [path, setPath] = useState(file?.path ?? folder)
  const { busy, refusal, submit } = useSubmit(['path'])
  const title = file ? 'Rename or move file' : 'New file'
  const send = (event: SyntheticEvent) => {
    event.preventDefault()
    submit(async () => {
      if (file) await renameFile(project.slug, file.id, path.trim())
      else {
        const created = await createFile(project.slug, path.trim())
        navigate(`/p/${project.slug}/files/${created.id}`)
      }
      onClose()
      onDone?.()
    })
  }
  return (
    <Modal opened onClose={onClose} title={title} size="sm">
      <form onSubmit={send} aria-label={title}>
        <TextInput
          label="File path"
          description="Slashes make folders, as in src/main.ts"
          placeholder="src/main.ts"
          data-autofocus
          required
          withAsterisk={false}
          spellCheck={false}
          autoCapitalize="none"
          maxLength={1_024}
          value={path}
          error={refusal.message ?? refusal.fields['path']}
          onChange={(event) => setPath(event.currentTarget.value)}
        />
        <Group justify="flex-end" mt="lg" gap="xs">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={busy}>
            {file ? 'Rename file' : 'Create file'}
          </Button>
        </Group>
      </form>
    </Modal>
  )
}

export function DeleteFile({ file, onClose }: { file: ProjectFile; onClose: () => void }) {
  const { project } = useOpenProject()
  const [, navigate] = useLocation()
  const [, route] = useRoute('/p/:slug/files/:fileId')
  return (
    <Confirm
      opened
      title="Delete file"
      action="Delete file"
      onClose={onClose}
      onConfirm={async () => {
        if (route?.fileId === file.id) navigate(`/p/${project.slug}`)
        await deleteFile(project.slug, file.id)
      }}
    >
      <Code>{file.path}</Code> and its text will be gone for everybody. This cannot be undone.
    </Confirm>
  )
}
