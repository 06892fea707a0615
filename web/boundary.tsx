// What is left when a page breaks: a sentence and a way on, never a white screen.
import { Component, type ReactNode } from 'react'
import { Button, Code, EmptyState, Group } from '@mantine/core'
import { CircleAlert } from 'lucide-react'

interface Props {
  children: ReactNode
  /** A change of it, such as another page, is a new try */
  resetKey?: string
}

interface State {
  error: Error | null
  resetKey: string | undefined
}

/** After a new release the old page's chunks are gone; loading anew gets the new ones. */
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
    const outdated = isMissingChunk(error)
    return (
      <EmptyState
        p="xl"
        my="10vh"
        role="alert"
        icon={<CircleAlert />}
        title={outdated ? 'This part could not be loaded' : 'This page broke'}
        description={
          outdated
            ? 'The connection failed, or there is a newer version of OpenLaunch. Loading the page again helps in both cases.'
            : 'That is our mistake. What you saved is safe on the server; loading the page again usually helps.'
        }
      >
        <Group justify="center" mt="md">
          <Button onClick={() => location.reload()}>Load again</Button>
          <Button variant="default" onClick={() => location.assign('/projects')}>
            Go to projects
          </Button>
        </Group>
        {!outdated && (
          <Code block mt="lg" maw={560}>
            {error.message}
          </Code>
        )}
      </EmptyState>
    )
  }
}
