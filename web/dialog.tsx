// A dialog that asks for something and does it; a refusal stands above its buttons, and it stays open.
import type { ReactNode, SyntheticEvent } from 'react'
import { Alert, Button, Group, Modal, Stack } from '@mantine/core'
import { useSubmit } from './fields.ts'

interface Props {
  title: string
  children: ReactNode
  /** The button's word, such as "Create channel" */
  action: string
  /** Whether there is something to send */
  ready: boolean
  /** @throws AppError, which is shown */
  onSubmit: () => Promise<void>
  onClose: () => void
}

export function FormDialog({ title, children, action, ready, onSubmit, onClose }: Props) {
  const { busy, refusal, submit } = useSubmit([])
  const send = (event: SyntheticEvent) => {
    event.preventDefault()
    submit(async () => {
      await onSubmit()
      onClose()
    })
  }
  return (
    <Modal opened onClose={onClose} title={title}>
      <form onSubmit={send}>
        <Stack gap="sm">
          {children}
          {refusal.message && (
            <Alert color="red" role="alert">
              {refusal.message}
            </Alert>
          )}
          <Group justify="flex-end" gap="xs" mt="xs">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" loading={busy} disabled={!ready}>
              {action}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  )
}
