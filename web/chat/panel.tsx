// The chat beside the rest of the room, or alone on a phone: one part of it at a time, with a way back.
import { ActionIcon, Tooltip } from '@mantine/core'
import { ArrowLeft, ChevronsUpDown, Maximize2, X } from 'lucide-react'
import { Link } from 'wouter'
import { useUser } from '../accounts/gate.tsx'
import { useOpenProject } from '../room/context.tsx'
import { Badge, ChannelList } from './channels/channels.tsx'
import { ChannelContent, usePlaceChannel } from './content.tsx'
import { useChats } from './context.ts'
import { ThreadsView } from './search/following.tsx'
import { ChannelActions, ChannelTitle, Head } from './channels/head.tsx'
import { channelLabel, channelName } from './channels/names.ts'
import { placePath, type Place } from './place.ts'
import { SearchView } from './search/search.tsx'
import classes from './chat.module.css'
import head from './channels/head.module.css'

interface Props {
  visible: boolean
  phone: boolean
  place: Place
  onGo: (place: Place) => void
}

export function ChatPanel({ visible, phone, place, onGo }: Props) {
  const user = useUser()
  const channel = usePlaceChannel(place)
  const toChannels = () => onGo({ view: 'channels' })
  const back = (label: string, to: () => void) => (
    <ActionIcon aria-label={label} onClick={to}>
      <ArrowLeft size={17} />
    </ActionIcon>
  )
  if (place.view !== 'channel') {
    const titles = { channels: 'Chat', threads: 'Threads', search: 'Search' }
    return (
      <div className={classes.panel}>
        <Head
          title={titles[place.view]}
          start={place.view === 'channels' ? null : back('Back to the channels', toChannels)}
        >
          {place.view === 'channels' && !phone && (
            <ActionIcon
              aria-label="Close the list of channels"
              onClick={() => onGo({ view: 'channel', channelId: null })}
            >
              <X size={16} />
            </ActionIcon>
          )}
        </Head>
        {place.view === 'channels' && <ChannelList place={place} onGo={onGo} />}
        {place.view === 'threads' && <ThreadsView onGo={onGo} />}
        {place.view === 'search' && <SearchView onGo={onGo} />}
      </div>
    )
  }
  const { threadId, seq } = place
  if (threadId !== undefined) {
    const name = channel ? channelLabel(channel, user.id) : ''
    return (
      <div className={classes.panel}>
        <Head
          title="Thread"
          topic={name}
          start={back(`Back to ${name || 'the channel'}`, () =>
            onGo({ view: 'channel', channelId: channel?.id ?? null }),
          )}
        >
          {!phone && <ToPage place={place} />}
        </Head>
        <ChannelContent
          channel={channel}
          threadId={threadId}
          seq={seq}
          visible={visible}
          onGo={onGo}
        />
      </div>
    )
  }
  return (
    <div className={classes.panel}>
      <Head
        start={phone ? back('Back to the channels', toChannels) : null}
        title={
          <button
            type="button"
            className={head.switch}
            aria-label={
              channel ? `${channelName(channel, user.id)}: choose another channel` : 'Channels'
            }
            onClick={toChannels}
          >
            {channel ? <ChannelTitle channel={channel} /> : 'Channels'}
            <ChevronsUpDown size={13} aria-hidden />
            <Elsewhere channelId={channel?.id} />
          </button>
        }
      >
        {channel && <ChannelActions channel={channel} onGo={onGo} />}
        {!phone && <ToPage place={place} />}
      </Head>
      <ChannelContent channel={channel} seq={seq} visible={visible} onGo={onGo} />
    </div>
  )
}

/** What is unread in other channels. */
function Elsewhere({ channelId }: { channelId: string | undefined }) {
  const { channels, threads } = useChats()
  const inChannels = channels
    .filter(({ id, archivedAt }) => id !== channelId && archivedAt === null)
    .reduce((sum, { unread }) => sum + unread, 0)
  const inThreads = threads.reduce((sum, { unread }) => sum + unread, 0)
  return <Badge count={inChannels + inThreads} name="unread elsewhere" />
}

function ToPage({ place }: { place: Place }) {
  const { project } = useOpenProject()
  return (
    <Tooltip label="Open as a page">
      <ActionIcon
        component={Link}
        href={placePath(project.slug, place)}
        aria-label="Open the chat as a page"
      >
        <Maximize2 size={15} />
      </ActionIcon>
    </Tooltip>
  )
}
