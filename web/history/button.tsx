// The way from an open file to its history.
import { ActionIcon, Tooltip } from '@mantine/core'
import { History } from 'lucide-react'
import { Link } from 'wouter'
import { useOpenProject } from '../room/context.tsx'

export function HistoryButton({ fileId }: { fileId: string }) {
  const { project } = useOpenProject()
  return (
    <Tooltip label="History">
      <ActionIcon
        component={Link}
        href={`/p/${project.slug}/files/${fileId}/history`}
        aria-label="History"
      >
        <History size={16} />
      </ActionIcon>
    </Tooltip>
  )
}
