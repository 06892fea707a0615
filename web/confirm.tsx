// A question before something that cannot be taken back.
import { useState, type ReactNode } from 'react'
import { Alert, Button, Group, Modal, Text } from '@mantine/core'
import { errorMessage } from './wire.ts'

interface Props {
  opened: boolean
  title: string
  children: ReactNode
  /** The button's word, such as "Delete file" */
  action: string
  onConfirm: () => Promise<void>
  onClose: () => void
}

export function Confirm({ opened, title, children, action, onConfirm, onClose }: Props) {
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<string | null>(null)
  const confirm = async () => {
    setBusy(true)
    setProblem(null)
    try {
      await onConfirm()
      onClose()
    } catch (error) {
      setProblem(errorMessage(error))
    } finally {
      setBusy(false)
    }
  }
  return (
    <Modal opened={opened} onClose={onClose} title={title} size="sm">
      <Text size="sm">{children}</Text>
      {problem && (
        <Alert color="red" mt="sm" role="alert">
          {problem}
        </Alert>
      )}
      <Group justify="flex-end" mt="lg" gap="xs">
        <Button variant="default" onClick={onClose}>
          Cancel
        </Button>
        <Button color="red" loading={busy} onClick={() => void confirm()} data-autofocus>
          {action}
        </Button>
      </Group>
    </Modal>
  )
}
