// The bar above the messages: where one is, what it is about, and what can be done with the channel.
import { useState, type ReactNode } from 'react'
import { ActionIcon, Menu } from '@mantine/core'
import { Archive, ArchiveRestore, Ellipsis, LogOut, Search, Settings2, Users } from 'lucide-react'
import type { Channel } from '../../../protocol/chat.ts'
import { DEFAULT_CHANNEL } from '../../../protocol/names.ts'
import { useUser } from '../../accounts/gate.tsx'
import { ChannelCallButton } from '../../call/channelbutton.tsx'
import { Confirm } from '../../confirm.tsx'
import { notifyError } from '../../notice.ts'
import { useCan, useOpenProject } from '../../room/context.tsx'
import { ChannelIcon } from './icon.tsx'
import { channelName } from './names.ts'
import type { Place } from '../place.ts'
import { changeChannel, removePerson } from './requests.ts'
import { ChannelDialog, MembersDialog, useManages } from './settings.tsx'
import classes from './head.module.css'

interface Props {
  /** What leads back or elsewhere, at the left */
  start?: ReactNode
  title: ReactNode
  topic?: string | undefined
  children?: ReactNode
}

export function Head({ start, title, topic, children }: Props) {
  return (
    <header className={classes.head}>
      {start}
      <div className={classes.titles}>
        <h2 className={classes.title}>{title}</h2>
        {topic && (
          <span className={classes.topic} title={topic} dir="auto">
            {topic}
          </span>
        )}
      </div>
      {children}
    </header>
  )
}

export function ChannelTitle({ channel }: { channel: Channel }) {
  const user = useUser()
  return (
    <>
      <ChannelIcon channel={channel} />
      <span className={classes.name}>{channelName(channel, user.id)}</span>
    </>
  )
}

type Dialog = 'settings' | 'members' | 'leave' | 'archive'

export function ChannelActions({
  channel,
  onGo,
}: {
  channel: Channel
  onGo: (place: Place) => void
}) {
  const { project } = useOpenProject()
  const can = useCan()
  const user = useUser()
  const manages = useManages(channel)
  const [dialog, setDialog] = useState<Dialog | null>(null)
  const close = () => setDialog(null)
  const archived = channel.archivedAt !== null
  const named = channel.name !== null
  const fixed = channel.name === DEFAULT_CHANNEL
  const restore = () =>
    void changeChannel(project.slug, channel.id, { archived: false }).catch((error: unknown) =>
      notifyError(error),
    )
  const mayWrite = can('chat:write')
  return (
    <>
      <ChannelCallButton channel={channel} />
      <ActionIcon aria-label="Search messages" onClick={() => onGo({ view: 'search' })}>
        <Search size={16} />
      </ActionIcon>
      {(channel.members || mayWrite) && (
        <Menu position="bottom-end" width={220}>
          <Menu.Target>
            <ActionIcon aria-label="Channel actions">
              <Ellipsis size={16} />
            </ActionIcon>
          </Menu.Target>
          <Menu.Dropdown>
            {named && mayWrite && !archived && (
              <Menu.Item
                leftSection={<Settings2 size={15} />}
                onClick={() => setDialog('settings')}
              >
                {manages && !fixed ? 'Name and topic' : 'Topic'}
              </Menu.Item>
            )}
            {channel.members && (
              <Menu.Item leftSection={<Users size={15} />} onClick={() => setDialog('members')}>
                People · {channel.members.length}
              </Menu.Item>
            )}
            {named && manages && !fixed && !archived && (
              <Menu.Item leftSection={<Archive size={15} />} onClick={() => setDialog('archive')}>
                Archive channel
              </Menu.Item>
            )}
            {manages && archived && (
              <Menu.Item leftSection={<ArchiveRestore size={15} />} onClick={restore}>
                Take out of the archive
              </Menu.Item>
            )}
            {channel.kind === 'private' && (
              <Menu.Item
                color="red"
                leftSection={<LogOut size={15} />}
                onClick={() => setDialog('leave')}
              >
                Leave channel
              </Menu.Item>
            )}
          </Menu.Dropdown>
        </Menu>
      )}

      {dialog === 'settings' && <ChannelDialog channel={channel} onClose={close} />}
      {dialog === 'members' && <MembersDialog channel={channel} onClose={close} />}

      <Confirm
        opened={dialog === 'archive'}
        title="Archive channel"
        action="Archive channel"
        onClose={close}
        onConfirm={async () => {
          await changeChannel(project.slug, channel.id, { archived: true })
        }}
      >
        Everything in #{channel.name} stays readable, and nobody can write in it, until somebody
        takes it out of the archive.
      </Confirm>
      <Confirm
        opened={dialog === 'leave'}
        title="Leave channel"
        action="Leave channel"
        onClose={close}
        onConfirm={async () => {
          await removePerson(project.slug, channel.id, user.id)
          onGo({ view: 'channel', channelId: null })
        }}
      >
        You do not see #{channel.name} any more, until somebody in it adds you again.
      </Confirm>
    </>
  )
}
