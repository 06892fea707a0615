// /settings: one's own profile, and how the application looks.
import { useState, type SyntheticEvent } from 'react'
import {
  Alert,
  Button,
  Group,
  Stack,
  TagsInput,
  Text,
  Textarea,
  TextInput,
  Title,
} from '@mantine/core'
import type { PrivateUser, ProfileChange } from '../../server/users/schema.ts'
import { useUser } from '../accounts/gate.tsx'
import { updateUser } from '../accounts/session.ts'
import { api } from '../api.ts'
import { useSubmit } from '../fields.ts'
import { notify } from '../notice.ts'
import { PersonAvatar } from '../people/avatar.tsx'
import { useTitle } from '../title.ts'
import { SchemeControl, TopBar } from '../topbar.tsx'
import classes from './users.module.css'

const links = [
  ['githubUsername', 'GitHub username', 'ada'],
  ['websiteUrl', 'Website', 'https://'],
  ['linkedinUrl', 'LinkedIn', 'https://'],
] as const
const texts = ['displayName', 'location', ...links.map(([name]) => name)] as const
type TextField = (typeof texts)[number]

export function SettingsPage() {
  useTitle('Settings')
  const user = useUser()
  return (
    <>
      <TopBar />
      <main className={classes.page}>
        <Group mb="lg">
          <PersonAvatar user={user} size={52} />
          <div>
            <Title order={1} size="h3">
              {user.displayName}
            </Title>
            <Text c="var(--text-dim)" size="sm">
              @{user.username} · {user.email}
            </Text>
          </div>
        </Group>
        <section className={classes.section} aria-label="Appearance">
          <Title order={2} size="h5" mb="xs">
            Appearance
          </Title>
          <SchemeControl />
          <Text size="xs" c="var(--text-dim)" mt={6}>
            Follow the system, light, or dark. Remembered in this browser.
          </Text>
        </section>
        <Profile user={user} />
      </main>
    </>
  )
}

function Profile({ user }: { user: PrivateUser }) {
  const [draft, setDraft] = useState(user)
  const { busy, refusal, submit } = useSubmit([...texts, 'bio', 'skills', 'interests'])
  const set = (part: Partial<PrivateUser>) => setDraft({ ...draft, ...part })
  const field = (name: TextField) => ({
    value: draft[name] ?? '',
    error: refusal.fields[name],
    onChange: (event: React.ChangeEvent<HTMLInputElement>) =>
      set({ [name]: event.currentTarget.value }),
  })
  const send = (event: SyntheticEvent) => {
    event.preventDefault()
    submit(async () => {
      const change: ProfileChange = {
        ...Object.fromEntries(texts.map((name) => [name, draft[name]?.trim() || null])),
        bio: draft.bio?.trim() || null,
        skills: draft.skills,
        interests: draft.interests,
      }
      const saved = await api.patch<PrivateUser>('/users/me', change)
      updateUser(saved)
      setDraft(saved)
      notify('Profile saved')
    })
  }
  return (
    <section className={classes.section} aria-label="Profile">
      <Title order={2} size="h5" mb="xs">
        Profile
      </Title>
      <form onSubmit={send}>
        <Stack gap="sm">
          {refusal.message && (
            <Alert color="red" role="alert">
              {refusal.message}
            </Alert>
          )}
          <TextInput label="Display name" maxLength={100} {...field('displayName')} />
          <Textarea
            label="Bio"
            autosize
            minRows={3}
            maxRows={8}
            maxLength={5_000}
            value={draft.bio ?? ''}
            error={refusal.fields['bio']}
            onChange={(event) => set({ bio: event.currentTarget.value })}
          />
          <TagsInput
            label="Skills"
            description="Press Enter after each. Others find you by them."
            value={draft.skills}
            error={refusal.fields['skills']}
            onChange={(skills) => set({ skills })}
          />
          <TagsInput
            label="Interests"
            value={draft.interests}
            error={refusal.fields['interests']}
            onChange={(interests) => set({ interests })}
          />
          <TextInput label="Location" maxLength={100} {...field('location')} />
          {links.map(([name, label, placeholder]) => (
            <TextInput key={name} label={label} placeholder={placeholder} {...field(name)} />
          ))}
        </Stack>
        <Button type="submit" mt="lg" loading={busy}>
          Save profile
        </Button>
      </form>
    </section>
  )
}
