// What can be done with a version: name it, take the name away, restore it.
import { useState } from 'react'
import { Button, Group, TextInput } from '@mantine/core'
import { Bookmark, Undo2 } from 'lucide-react'
import { MAX_VERSION_NAME } from '../../protocol/limits.ts'
import type { FileVersion } from '../../server/versions/schema.ts'
import { Confirm } from '../confirm.tsx'
import { FormDialog } from '../dialog.tsx'
import { notify, notifyError } from '../notice.ts'
import { createVersion, nameVersion, restoreVersion } from './queries.ts'
import { versionTitle } from './words.ts'

interface NameProps {
  slug: string
  fileId: string
  /** null: what the text is now */
  version: FileVersion | null
  onClose: () => void
}

function NameDialog({ slug, fileId, version, onClose }: NameProps) {
  const [name, setName] = useState(version?.name ?? '')
  return (
    <FormDialog
      title={version?.name ? 'Rename version' : 'Name version'}
      action="Save name"
      ready={name.trim() !== ''}
      onClose={onClose}
      onSubmit={async () => {
        if (version) await nameVersion(slug, version, name.trim())
        else await createVersion(slug, fileId, name.trim())
      }}
    >
      <TextInput
        label="Name"
        description="A named version stays for good."
        value={name}
        maxLength={MAX_VERSION_NAME}
        data-autofocus
        onChange={(event) => setName(event.currentTarget.value)}
      />
    </FormDialog>
  )
}

interface Props {
  slug: string
  fileId: string
  version: FileVersion | null
  onRestored: (version: FileVersion) => void
}

export function VersionActions({ slug, fileId, version, onRestored }: Props) {
  const [open, setOpen] = useState<'name' | 'restore' | null>(null)
  const close = () => setOpen(null)
  return (
    <Group gap={6} wrap="nowrap">
      <Button
        size="compact-sm"
        variant="default"
        leftSection={<Bookmark size={14} />}
        onClick={() => setOpen('name')}
      >
        {version?.name ? 'Rename' : 'Name'}
      </Button>
      {version?.name && (
        <Button
          size="compact-sm"
          variant="subtle"
          onClick={() =>
            void nameVersion(slug, version, null).catch((error: unknown) =>
              notifyError(error, 'The version still has its name'),
            )
          }
        >
          Unname
        </Button>
      )}
      {version && (
        <Button
          size="compact-sm"
          leftSection={<Undo2 size={14} />}
          onClick={() => setOpen('restore')}
        >
          Restore
        </Button>
      )}
      {open === 'name' && (
        <NameDialog slug={slug} fileId={fileId} version={version} onClose={close} />
      )}
      {version && (
        <Confirm
          opened={open === 'restore'}
          title={`Restore “${versionTitle(version)}”?`}
          action="Restore version"
          onClose={close}
          onConfirm={async () => {
            onRestored(await restoreVersion(slug, version))
            notify('The text is back; everybody who has the file open sees it.')
          }}
        >
          The file gets the text of this version. The text now is kept as a version, too, and what
          others type in the meantime stays.
        </Confirm>
      )}
    </Group>
  )
}
