// Something could not be loaded: why, and another try.
import { Button, EmptyState } from '@mantine/core'
import { CloudOff } from 'lucide-react'
import { errorMessage } from './wire.ts'

export function Failure({ error, onRetry }: { error: unknown; onRetry: () => void }) {
  return (
    <EmptyState
      p="xl"
      role="alert"
      icon={<CloudOff />}
      title="This could not be loaded"
      description={errorMessage(error)}
    >
      <Button variant="default" onClick={onRetry}>
        Try again
      </Button>
    </EmptyState>
  )
}
