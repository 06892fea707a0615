// What a channel is called, what it is about, who is in it, and its end.
import { useState, type FormEvent } from 'react'
import { ActionIcon, Button, Modal, Text, TextInput } from '@mantine/core'
import { Hash, UserMinus } from 'lucide-react'
import type { Channel } from '../../../protocol/chat.ts'
import { DEFAULT_CHANNEL } from '../../../protocol/names.ts'
import { useUser } from '../../accounts/gate.tsx'
import { FormDialog } from '../../dialog.tsx'
import { notifyError } from '../../notice.ts'
import { PersonAvatar } from '../../people/avatar.tsx'
import { useCan, useOpenProject } from '../../room/context.tsx'
import { PeopleInput } from './peopleinput.tsx'
import { asName } from './names.ts'
import { addPerson, changeChannel, removePerson } from './requests.ts'
import classes from './channels.module.css'

interface Props {
  channel: Channel
  onClose: () => void
}

/** Whether this person may rename, archive, and remove people. */
export function useManages(channel: Channel) {
  const user = useUser()
  const can = useCan()
  return can('chat:write') && (channel.createdBy === user.id || can('chat:moderate'))
}

export function ChannelDialog({ channel, onClose }: Props) {
  const { project } = useOpenProject()
  const manages = useManages(channel)
  const [name, setName] = useState(channel.name ?? '')
  const [topic, setTopic] = useState(channel.topic)
  const fixed = channel.name === DEFAULT_CHANNEL
  const save = async () => {
    await changeChannel(project.slug, channel.id, {
      ...(name !== channel.name && { name }),
      ...(topic !== channel.topic && { topic }),
    })
  }
  return (
    <FormDialog
      title={`About #${channel.name}`}
      action="Save"
      ready={name !== '' && (name !== channel.name || topic !== channel.topic)}
      onSubmit={save}
      onClose={onClose}
    >
      <TextInput
        label="Name"
        required
        maxLength={80}
        disabled={fixed || !manages}
        description={fixed ? 'Every project has this channel.' : undefined}
        leftSection={<Hash size={15} />}
        value={name}
        onChange={(event) => setName(asName(event.currentTarget.value))}
      />
      <TextInput
        label="Topic"
        data-autofocus
        placeholder="What it is about"
        maxLength={250}
        value={topic}
        onChange={(event) => setTopic(event.currentTarget.value)}
      />
    </FormDialog>
  )
}

/** Of a private channel. */
export function MembersDialog({ channel, onClose }: Props) {
  const { project } = useOpenProject()
  const user = useUser()
  const can = useCan()
  const manages = useManages(channel)
  const [people, setPeople] = useState<string[]>([])
  const [busy, setBusy] = useState(false)
  const members = channel.members ?? []
  const open = channel.kind === 'private' && channel.archivedAt === null && can('chat:write')
  const add = async (event: FormEvent) => {
    event.preventDefault()
    setBusy(true)
    try {
      for (const id of people) await addPerson(project.slug, channel.id, id)
      setPeople([])
    } catch (error) {
      notifyError(error, 'Not everybody was added')
    } finally {
      setBusy(false)
    }
  }
  const remove = (id: string) =>
    void removePerson(project.slug, channel.id, id).catch((error: unknown) => notifyError(error))
  return (
    <Modal opened onClose={onClose} title={channel.name ? `People in #${channel.name}` : 'People'}>
      {open && (
        <form className={classes.add} onSubmit={(event) => void add(event)}>
          <PeopleInput
            label="Add people"
            value={people}
            onChange={setPeople}
            max={100}
            without={members.map(({ id }) => id)}
          />
          <Button type="submit" loading={busy} disabled={people.length === 0}>
            Add
          </Button>
        </form>
      )}
      <ul className={classes.people}>
        {members.map((person) => (
          <li key={person.id}>
            <PersonAvatar user={person} size={28} title={false} />
            <span className={classes.name}>
              {person.displayName}{' '}
              <Text component="span" size="xs" c="var(--text-dim)">
                @{person.username}
                {person.id === user.id && ' (you)'}
              </Text>
            </span>
            {open && manages && person.id !== user.id && (
              <ActionIcon
                aria-label={`Remove ${person.displayName}`}
                title="Remove from this channel"
                onClick={() => remove(person.id)}
              >
                <UserMinus size={15} />
              </ActionIcon>
            )}
          </li>
        ))}
      </ul>
    </Modal>
  )
}
