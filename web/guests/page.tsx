// /guest/:token: the way into a call without an account. Who may join anyway is taken there.
import { useState, type SyntheticEvent } from 'react'
import { Alert, Anchor, Button, Skeleton, Text, TextInput, Title } from '@mantine/core'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { Link, Redirect } from 'wouter'
import { MAX_GUEST_NAME } from '../../protocol/limits.ts'
import type { GuestCall } from '../../server/guests/schema.ts'
import { Starting } from '../accounts/gate.tsx'
import { session } from '../accounts/session.ts'
import { api } from '../api.ts'
import { Failure } from '../failure.tsx'
import { useSubmit } from '../fields.ts'
import { Logo } from '../logo.tsx'
import { useStore } from '../store.ts'
import { useTitle } from '../title.ts'
import { isAppError, send } from '../wire.ts'
import { GuestRoom } from './call.tsx'
import { NoCall } from './nocall.tsx'
import { becomeGuest, forgetGuest, savedGuest, savedName, type SavedGuest } from './guest.ts'
import classes from '../accounts/form.module.css'

export function GuestPage({ token }: { token: string }) {
  const { state } = useStore(session)
  const path = `/call-links/${encodeURIComponent(token)}`
  const signedIn = state === 'signed-in'
  const { data, error, refetch } = useQuery({
    queryKey: ['guest call', token, signedIn],
    queryFn: () =>
      signedIn
        ? api.get<GuestCall>(path)
        : send<GuestCall>({ method: 'GET', path }).then((answer) => answer.data),
    enabled: state !== 'starting',
    // Whoever signs out elsewhere stays in the call.
    placeholderData: keepPreviousData,
    // The link may be revoked: the socket says so.
    refetchOnWindowFocus: false,
  })
  const [guest, setGuest] = useState<SavedGuest | null>(() => savedGuest(token))
  useTitle(data ? `Call in ${data.project.name}` : 'Call')
  const leave = () => {
    forgetGuest(token)
    setGuest(null)
  }
  const refuse = () => {
    leave()
    void refetch()
  }
  const inside = (call: GuestCall, as: SavedGuest) => (
    <GuestRoom key={as.id} call={call} guest={as} onRename={leave} onRefused={refuse} />
  )
  // Whoever is in a call comes back to it after the link has ended, too.
  if (error && guest) return inside(guest.shown, guest)
  if (isAppError(error) && error.code === 'NOT_FOUND') return <NoCall />
  if (error) return <Failure error={error} onRetry={() => void refetch()} />
  if (!data) return state === 'starting' ? <Starting /> : <Loading />
  if (data.member) {
    const { slug, channelId } = data.member
    return <Redirect to={`/p/${slug}?call=${channelId ?? ''}`} replace />
  }
  if (!guest) return <NameForm call={data} token={token} onGuest={setGuest} />
  return inside(data, guest)
}

const Loading = () => (
  <main className={classes.page}>
    <div className={classes.card} role="status" aria-label="Loading">
      <Skeleton height={24} my="md" />
      <Skeleton height={60} />
    </div>
  </main>
)

interface NameFormProps {
  call: GuestCall
  token: string
  onGuest: (guest: SavedGuest) => void
}

function NameForm({ call, token, onGuest }: NameFormProps) {
  const { project, channel } = call
  const now = useStore(session)
  const own = now.state === 'signed-in' ? now.user.displayName : ''
  const [name, setName] = useState(savedName() || own.slice(0, MAX_GUEST_NAME))
  const { busy, refusal, submit } = useSubmit(['name'])
  const send = (event: SyntheticEvent) => {
    event.preventDefault()
    submit(async () => onGuest(await becomeGuest(token, name, call)))
  }
  return (
    <main className={classes.page}>
      <form className={classes.card} onSubmit={send} aria-label="Join the call as a guest">
        <Logo size={36} />
        <Title order={1} size="h3" mt="md">
          Join the call in {project.name}
        </Title>
        <Text size="sm" c="var(--text-dim)" mt={6} mb="lg">
          {channel && <>In #{channel.name}. </>}
          You come as a guest, without an account. Somebody in the call lets you in.
        </Text>
        {refusal.message && (
          <Alert color="red" mb="md" role="alert">
            {refusal.message}
          </Alert>
        )}
        <TextInput
          label="Your name"
          description="The others in the call see it"
          autoComplete="name"
          autoFocus
          maxLength={MAX_GUEST_NAME}
          value={name}
          error={refusal.fields['name']}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <Button type="submit" fullWidth mt="md" loading={busy} disabled={name.trim() === ''}>
          Continue
        </Button>
        {now.state === 'signed-out' && (
          <Text size="xs" c="var(--text-dim)" ta="center" mt="md">
            A member of this project?{' '}
            <Anchor
              component={Link}
              href={`/login?next=${encodeURIComponent(`/guest/${token}`)}`}
              inherit
            >
              Sign in
            </Anchor>
          </Text>
        )}
      </form>
    </main>
  )
}
