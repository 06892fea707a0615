// /p/:slug/chat and below: channels, messages and a thread side by side. Where there is less room, one at a time.
import { ActionIcon } from '@mantine/core'
import { ArrowLeft, X } from 'lucide-react'
import { useOpenProject } from '../room/context.tsx'
import { useTitle } from '../title.ts'
import { useUser } from '../accounts/gate.tsx'
import { ChannelList } from './channels/channels.tsx'
import { ChannelContent, usePlaceChannel } from './content.tsx'
import { ThreadsView } from './search/following.tsx'
import { ChannelActions, ChannelTitle, Head } from './channels/head.tsx'
import { channelLabel } from './channels/names.ts'
import { usePagePlace } from './location.ts'
import type { Place } from './place.ts'
import { SearchView } from './search/search.tsx'
import classes from './page.module.css'

export function ChatPage() {
  const { project } = useOpenProject()
  const user = useUser()
  const { place: asked, go } = usePagePlace()
  const place: Place = asked ?? { view: 'channels' }
  // The list stands beside it anyway.
  const shown: Place = place.view === 'channels' ? { view: 'channel', channelId: null } : place
  const channel = usePlaceChannel(shown)
  const name = channel ? channelLabel(channel, user.id) : ''
  useTitle(name ? `${name} · ${project.name}` : project.name)
  const threadId = shown.view === 'channel' ? shown.threadId : undefined
  const seq = shown.view === 'channel' ? shown.seq : undefined
  const toChannels = (
    <ActionIcon
      className={classes.back ?? ''}
      aria-label="Back to the channels"
      onClick={() => go({ view: 'channels' })}
    >
      <ArrowLeft size={17} />
    </ActionIcon>
  )
  return (
    <div
      className={classes.page}
      data-view={
        place.view === 'channels' ? 'channels' : threadId === undefined ? 'main' : 'thread'
      }
    >
      <div className={classes.channels}>
        <ChannelList place={shown} onGo={go} />
      </div>
      <section className={classes.main} aria-label="Chat">
        {shown.view === 'channel' && (
          <>
            <Head
              start={toChannels}
              title={channel ? <ChannelTitle channel={channel} /> : 'Chat'}
              topic={channel?.topic}
            >
              {channel && <ChannelActions channel={channel} onGo={go} />}
            </Head>
            <ChannelContent
              channel={channel}
              seq={threadId === undefined ? seq : undefined}
              visible
              onGo={go}
            />
          </>
        )}
        {shown.view === 'threads' && (
          <>
            <Head start={toChannels} title="Threads" />
            <ThreadsView onGo={go} />
          </>
        )}
        {shown.view === 'search' && (
          <>
            <Head start={toChannels} title="Search" />
            <SearchView onGo={go} />
          </>
        )}
      </section>
      {threadId !== undefined && (
        <section className={classes.thread} aria-label="Thread">
          <Head title="Thread" topic={name}>
            <ActionIcon
              aria-label="Close thread"
              onClick={() => go({ view: 'channel', channelId: channel?.id ?? null })}
            >
              <X size={16} />
            </ActionIcon>
          </Head>
          <ChannelContent channel={channel} threadId={threadId} seq={seq} visible onGo={go} />
        </section>
      )}
    </div>
  )
}
