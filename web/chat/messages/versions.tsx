// How an edited message read before.
import { Modal, Skeleton, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import type { ChatMessage, MessageVersion } from '../../../protocol/chat.ts'
import { api } from '../../api.ts'
import { Prose } from '../../prose/prose.tsx'
import { useOpenProject } from '../../room/context.tsx'
import { fullTime } from '../../time.tsx'
import { errorMessage } from '../../wire.ts'
import classes from './message.module.css'

export function Versions({ message, onClose }: { message: ChatMessage; onClose: () => void }) {
  const { project } = useOpenProject()
  const { data, error } = useQuery({
    queryKey: ['versions', project.slug, message.id, message.rev],
    queryFn: () =>
      api.get<MessageVersion[]>(`/projects/${project.slug}/messages/${message.id}/versions`),
  })
  const now = { message: message.message, createdAt: message.editedAt ?? message.createdAt }
  const earlier = data?.filter(({ createdAt }) => createdAt !== now.createdAt) ?? []
  const versions = [...earlier, now].sort((a, b) => b.createdAt.localeCompare(a.createdAt))
  return (
    <Modal opened onClose={onClose} title="Versions of this message">
      {error && <Text c="var(--danger)">{errorMessage(error)}</Text>}
      {!data && !error && <Skeleton height={60} />}
      {data && (
        <ol className={classes.versions}>
          {versions.map((version, index) => (
            <li key={version.createdAt}>
              <Text size="xs" c="var(--text-dim)" mb={2}>
                {index === 0 ? 'Now, since ' : ''}
                {fullTime(version.createdAt)}
              </Text>
              <Prose text={version.message} />
            </li>
          ))}
        </ol>
      )}
    </Modal>
  )
}
