// /invite/:token: what one is invited to, before and after signing in.
import { useState } from 'react'
import { Alert, Button, EmptyState, Group, Skeleton, Text, Title } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { MailX } from 'lucide-react'
import { Link, useLocation } from 'wouter'
import type { Invitation, ProjectDetails } from '../../server/projects/schema.ts'
import { session } from '../accounts/session.ts'
import { api } from '../api.ts'
import { Failure } from '../failure.tsx'
import { useSubmit } from '../fields.ts'
import { Logo } from '../logo.tsx'
import { PersonAvatar } from '../people/avatar.tsx'
import { useStore } from '../store.ts'
import { useTitle } from '../title.ts'
import { isAppError, send } from '../wire.ts'
import { refreshProjects } from './queries.ts'
import { roleHints, roleNames } from './words.ts'
import classes from '../accounts/form.module.css'

export function InvitationPage({ token }: { token: string }) {
  const path = `/invites/${encodeURIComponent(token)}`
  const { data, error, refetch } = useQuery({
    queryKey: ['invitation', token],
    // Anybody may see it: one should know what for before making an account.
    queryFn: () => send<Invitation>({ method: 'GET', path }).then((answer) => answer.data),
  })
  useTitle(data ? `Join ${data.project.name}` : 'Invitation')
  if (isAppError(error) && error.code === 'NOT_FOUND') {
    return (
      <main className={classes.page}>
        <EmptyState
          icon={<MailX />}
          title="This invitation is no longer valid"
          description="It has ended, or the link is incomplete. Ask whoever sent it for a new one."
        >
          <Button component={Link} href="/projects">
            Go to projects
          </Button>
        </EmptyState>
      </main>
    )
  }
  return (
    <main className={classes.page}>
      <div className={classes.card}>
        <Logo size={36} />
        {data ? (
          <Offer invitation={data} token={token} />
        ) : error ? (
          <Failure error={error} onRetry={() => void refetch()} />
        ) : (
          <div role="status" aria-label="Loading invitation">
            <Skeleton height={24} my="md" />
            <Skeleton height={60} />
          </div>
        )}
      </div>
    </main>
  )
}

function Offer({ invitation, token }: { invitation: Invitation; token: string }) {
  const { project, role, invitedBy } = invitation
  const now = useStore(session)
  const [, navigate] = useLocation()
  const [joined, setJoined] = useState(false)
  const { busy, refusal, submit } = useSubmit([])
  const next = `?next=${encodeURIComponent(`/invite/${token}`)}`
  const accept = () =>
    submit(async () => {
      const details = await api.post<ProjectDetails>(`/invites/${encodeURIComponent(token)}/accept`)
      setJoined(true)
      await refreshProjects(details)
      navigate(`/p/${details.slug}`)
    })
  return (
    <>
      <Title order={1} size="h3" mt="md">
        Join {project.name}
      </Title>
      <Group gap={8} mt={6} mb="sm">
        <PersonAvatar user={invitedBy} size={24} />
        <Text size="sm" c="var(--text-dim)">
          {invitedBy.displayName} invites you
        </Text>
      </Group>
      {project.description && <Text mb="sm">{project.description}</Text>}
      <Text size="sm" c="var(--text-dim)" mb="lg">
        You join as <strong>{roleNames[role].toLowerCase()}</strong>. {roleHints[role]}.
      </Text>
      {refusal.message && (
        <Alert color="red" mb="md" role="alert">
          {refusal.message}
        </Alert>
      )}
      {now.state === 'signed-in' && (
        <>
          <Button fullWidth loading={busy || joined} onClick={accept}>
            Accept invitation
          </Button>
          <Text size="xs" c="var(--text-dim)" ta="center" mt="sm">
            Signed in as @{now.user.username}
          </Text>
        </>
      )}
      {now.state === 'signed-out' && (
        <Group grow gap="xs">
          <Button component={Link} href={`/register${next}`}>
            Create account
          </Button>
          <Button component={Link} href={`/login${next}`} variant="default">
            Sign in
          </Button>
        </Group>
      )}
    </>
  )
}
