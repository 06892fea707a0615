// What is left when a page breaks: a sentence and a way on, never a white screen.
import { Component, type ReactNode } from 'react'
import { Button, Code, EmptyState, Group } from '@mantine/core'
import { CircleAlert } from 'lucide-react'
import { MissingPart } from './missing.tsx'

interface Props {
  children: ReactNode
  /** A change of it, such as another page, is a new try */
  resetKey?: string
}

interface State {
  error: Error | null
  resetKey: string | undefined
}

/** The server is away, or a new release replaced the old page's chunks. */
const isMissingChunk = (error: Error) =>
  /dynamically imported module|module script failed|preload CSS/i.test(error.message)

export class ErrorBoundary extends Component<Props, State> {
  override state: State = { error: null, resetKey: this.props.resetKey }

  static getDerivedStateFromError(error: unknown) {
    return { error: error instanceof Error ? error : new Error(String(error)) }
  }

  static getDerivedStateFromProps({ resetKey }: Props, state: State): State | null {
    return resetKey === state.resetKey ? null : { error: null, resetKey }
  }

  override render() {
    const { error } = this.state
    if (!error) return this.props.children
    if (isMissingChunk(error)) return <MissingPart />
    return (
      <EmptyState
        p="xl"
        my="10vh"
        role="alert"
        icon={<CircleAlert />}
        title="This page broke"
        description="That is our mistake. What you saved is safe on the server; loading the page again usually helps."
      >
        <Group justify="center" mt="md">
          <Button onClick={() => location.reload()}>Load again</Button>
          <Button variant="default" onClick={() => location.assign('/projects')}>
            Go to projects
          </Button>
        </Group>
        <Code block mt="lg" maw={560}>
          {error.message}
        </Code>
      </EmptyState>
    )
  }
}
