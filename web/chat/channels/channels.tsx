// All that one can talk in: channels, conversations, threads, and the ways to more of them.
import { lazy, Suspense, useMemo, useState } from 'react'
import { ActionIcon, Tooltip } from '@mantine/core'
import { ChevronRight, MessageSquareText, Pencil, Plus, Search } from 'lucide-react'
import type { Channel } from '../../../protocol/chat.ts'
import { useUser } from '../../accounts/gate.tsx'
import { useCan } from '../../room/context.tsx'
import { useChats } from '../context.ts'
import { useHasDraft } from '../composer/drafts.ts'
import { ChannelIcon } from './icon.tsx'
import { channelName, groupChannels } from './names.ts'
import type { Place } from '../place.ts'
import classes from './channels.module.css'

const CreateDialog = lazy(() => import('./create.tsx').then((m) => ({ default: m.CreateDialog })))
const DirectDialog = lazy(() => import('./direct.tsx').then((m) => ({ default: m.DirectDialog })))

interface Props {
  place: Place
  onGo: (place: Place) => void
}

export function ChannelList({ place, onGo }: Props) {
  const user = useUser()
  const can = useCan()
  const { channels: all, threadsUnread } = useChats()
  const [dialog, setDialog] = useState<'create' | 'direct' | null>(null)
  const [archive, setArchive] = useState(false)
  const current = place.view === 'channel' ? (place.channelId ?? all[0]?.id) : null
  const { channels, conversations, archived } = useMemo(
    () => groupChannels(all, user.id, current),
    [all, user.id, current],
  )
  const row = (channel: Channel) => (
    <ChannelRow
      key={channel.id}
      channel={channel}
      current={channel.id === current}
      onOpen={() => onGo({ view: 'channel', channelId: channel.id })}
    />
  )
  const mayWrite = can('chat:write')
  return (
    <nav className={classes.channels} aria-label="Channels">
      <ul className={classes.list}>
        <li>
          <button
            type="button"
            className={classes.row}
            aria-current={place.view === 'search' ? 'page' : undefined}
            onClick={() => onGo({ view: 'search' })}
          >
            <span className={classes.icon}>
              <Search size={15} aria-hidden />
            </span>
            <span className={classes.name}>Search</span>
          </button>
        </li>
        <li>
          <button
            type="button"
            className={classes.row}
            aria-current={place.view === 'threads' ? 'page' : undefined}
            data-unread={threadsUnread > 0}
            onClick={() => onGo({ view: 'threads' })}
          >
            <span className={classes.icon}>
              <MessageSquareText size={15} aria-hidden />
            </span>
            <span className={classes.name}>Threads</span>
            <Badge count={threadsUnread} name="new replies in threads" />
          </button>
        </li>
      </ul>
      <Section
        name="Channels"
        action="Create channel"
        onAction={mayWrite ? () => setDialog('create') : null}
      >
        {channels.map(row)}
      </Section>
      <Section
        name="Direct messages"
        action="New message"
        onAction={mayWrite ? () => setDialog('direct') : null}
      >
        {conversations.map(row)}
        {conversations.length === 0 && mayWrite && (
          <li>
            <button type="button" className={classes.row} onClick={() => setDialog('direct')}>
              <span className={classes.icon}>
                <Plus size={15} aria-hidden />
              </span>
              <span className={classes.name}>Write to somebody</span>
            </button>
          </li>
        )}
      </Section>
      {archived.length > 0 && (
        <section className={classes.section}>
          <button
            type="button"
            className={classes.fold}
            aria-expanded={archive}
            onClick={() => setArchive(!archive)}
          >
            <ChevronRight size={14} aria-hidden /> Archived
          </button>
          {archive && <ul className={classes.list}>{archived.map(row)}</ul>}
        </section>
      )}
      <Suspense>
        {dialog === 'create' && <CreateDialog onClose={() => setDialog(null)} onGo={onGo} />}
        {dialog === 'direct' && <DirectDialog onClose={() => setDialog(null)} onGo={onGo} />}
      </Suspense>
    </nav>
  )
}

interface SectionProps {
  name: string
  action: string
  onAction: (() => void) | null
  children: React.ReactNode
}

function Section({ name, action, onAction, children }: SectionProps) {
  return (
    <section className={classes.section}>
      <div className={classes.sectionHead}>
        <h3 className={classes.sectionName}>{name}</h3>
        {onAction && (
          <Tooltip label={action}>
            <ActionIcon size="sm" aria-label={action} onClick={onAction}>
              <Plus size={15} />
            </ActionIcon>
          </Tooltip>
        )}
      </div>
      <ul className={classes.list}>{children}</ul>
    </section>
  )
}

interface RowProps {
  channel: Channel
  current: boolean
  onOpen: () => void
}

function ChannelRow({ channel, current, onOpen }: RowProps) {
  const user = useUser()
  const drafted = useHasDraft(channel.id) && !current && channel.archivedAt === null
  const conversation = channel.name === null
  // Everything said in a conversation is said to oneself.
  const calls = conversation ? channel.unread : channel.mentions
  return (
    <li>
      <button
        type="button"
        className={classes.row}
        aria-current={current ? 'page' : undefined}
        data-unread={channel.unread > 0}
        title={channel.topic || undefined}
        onClick={onOpen}
      >
        <ChannelIcon channel={channel} />
        <span className={classes.name}>{channelName(channel, user.id)}</span>
        {drafted && <Pencil size={13} role="img" aria-label="Draft" />}
        {channel.unread > 0 && calls === 0 && (
          <span className={classes.hidden}>{channel.unread} unread</span>
        )}
        <Badge count={calls} name={conversation ? 'unread' : 'mentions of you'} />
      </button>
    </li>
  )
}

export function Badge({ count, name }: { count: number; name: string }) {
  if (count === 0) return null
  return (
    <span className={classes.badge} role="img" aria-label={`${count} ${name}`}>
      {count > 99 ? '99+' : count}
    </span>
  )
}
