// Signing in and registering: one card, two forms.
import { useState, type SyntheticEvent } from 'react'
import { Alert, Anchor, Button, PasswordInput, Stack, Text, TextInput, Title } from '@mantine/core'
import { Link, Redirect, useSearch } from 'wouter'
import { useSubmit } from '../fields.ts'
import { Logo } from '../logo.tsx'
import { useStore } from '../store.ts'
import { useTitle } from '../title.ts'
import { keepNext, nextPath } from './next.ts'
import { session, signIn } from './session.ts'
import classes from './form.module.css'

const words = {
  login: {
    title: 'Sign in',
    lead: 'Sign in to your projects.',
    button: 'Sign in',
    other: 'New here?',
    otherLink: 'Create an account',
    otherPath: '/register',
  },
  register: {
    title: 'Create your account',
    lead: 'Rooms with live code, calls and chat for every project.',
    button: 'Create account',
    other: 'Already have an account?',
    otherLink: 'Sign in',
    otherPath: '/login',
  },
}

const names = ['email', 'username', 'password']

export function AccountForm({ kind }: { kind: 'login' | 'register' }) {
  const text = words[kind]
  const search = useSearch()
  const now = useStore(session)
  const [values, setValues] = useState({ email: '', username: '', password: '' })
  const { busy, refusal, submit } = useSubmit(names)
  useTitle(text.title)
  if (now.state === 'signed-in') return <Redirect to={nextPath(search)} replace />
  const notice = now.state === 'signed-out' ? now.notice : null
  const field = (name: keyof typeof values) => ({
    name,
    value: values[name],
    error: refusal.fields[name],
    required: true,
    withAsterisk: false,
    onChange: (event: React.ChangeEvent<HTMLInputElement>) =>
      setValues({ ...values, [name]: event.currentTarget.value }),
  })
  const send = (event: SyntheticEvent) => {
    event.preventDefault()
    const { email, username, password } = values
    submit(() =>
      signIn(kind, kind === 'login' ? { email, password } : { email, username, password }),
    )
  }
  return (
    <main className={classes.page}>
      <div className={classes.card}>
        <Logo size={36} />
        <Title order={1} size="h3" mt="md">
          {text.title}
        </Title>
        <Text c="var(--text-dim)" mb="lg">
          {text.lead}
        </Text>
        {notice && (
          <Alert mb="md" color="yellow" role="status">
            {notice}
          </Alert>
        )}
        {refusal.message && (
          <Alert mb="md" color="red" role="alert">
            {refusal.message}
          </Alert>
        )}
        <form onSubmit={send} aria-label={text.title}>
          <Stack gap="sm">
            <TextInput
              label={kind === 'login' ? 'Email or username' : 'Email'}
              type={kind === 'login' ? 'text' : 'email'}
              autoComplete={kind === 'login' ? 'username' : 'email'}
              autoCapitalize="none"
              spellCheck={false}
              autoFocus
              {...field('email')}
            />
            {kind === 'register' && (
              <TextInput
                label="Username"
                description="3 to 50 letters, digits, “-” or “_”. Others see it."
                autoComplete="username"
                autoCapitalize="none"
                spellCheck={false}
                minLength={3}
                maxLength={50}
                {...field('username')}
              />
            )}
            <PasswordInput
              label="Password"
              description={kind === 'register' ? 'At least 8 characters.' : undefined}
              autoComplete={kind === 'login' ? 'current-password' : 'new-password'}
              minLength={kind === 'register' ? 8 : undefined}
              {...field('password')}
            />
            <Button type="submit" loading={busy} mt="xs" fullWidth>
              {text.button}
            </Button>
          </Stack>
        </form>
        <Text ta="center" mt="lg" c="var(--text-dim)" size="sm">
          {text.other}{' '}
          <Anchor component={Link} href={text.otherPath + keepNext(search)} inherit>
            {text.otherLink}
          </Anchor>
        </Text>
      </div>
    </main>
  )
}
