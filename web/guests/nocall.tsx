import { Button, EmptyState } from '@mantine/core'
import { Link2Off } from 'lucide-react'
import { Link } from 'wouter'
import { session } from '../accounts/session.ts'
import { useStore } from '../store.ts'
import classes from '../accounts/form.module.css'

export function NoCall() {
  const { state } = useStore(session)
  return (
    <main className={classes.page}>
      <EmptyState
        icon={<Link2Off />}
        title="This link does not lead to a call any more"
        description="It has ended, was revoked, or is incomplete. Ask whoever sent it for a new one."
      >
        {state === 'signed-in' && (
          <Button component={Link} href="/projects">
            Go to projects
          </Button>
        )}
      </EmptyState>
    </main>
  )
}
