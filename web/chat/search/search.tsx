// Finding what was said: words, who, where, when.
import { useState, type FormEvent } from 'react'
import { Button, EmptyState, Loader, Select, TextInput } from '@mantine/core'
import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query'
import { Paperclip, Search as SearchIcon, SearchX } from 'lucide-react'
import type { ChatMessage } from '../../../protocol/chat.ts'
import { useUser } from '../../accounts/gate.tsx'
import { api, query } from '../../api.ts'
import { PersonAvatar } from '../../people/avatar.tsx'
import { useOpenProject, useRoomState } from '../../room/context.tsx'
import { Ago } from '../../time.tsx'
import { errorMessage } from '../../wire.ts'
import { useChats } from '../context.ts'
import { askedWords, excerpt } from './excerpt.ts'
import { channelLabel } from '../channels/names.ts'
import type { Place } from '../place.ts'
import classes from './search.module.css'

interface Asked {
  q: string
  from: string | null
  channelId: string | null
  /** Days, as a date field has them */
  after: string
  before: string
}

const nothing: Asked = { q: '', from: null, channelId: null, after: '', before: '' }
/** Of a person in a project, kept while the page is open: who comes back from a result finds the others again. */
const lastAsked = new Map<string, Asked>()

const startOf = (day: string, plus = 0) => {
  const date = new Date(`${day}T00:00:00`)
  date.setDate(date.getDate() + plus)
  return day ? date.toISOString() : undefined
}

interface Found {
  data: ChatMessage[]
  meta?: { cursor?: string | null }
}

function useSearch(slug: string, asked: Asked) {
  const { q, from, channelId, after, before } = asked
  const path = (cursor: string | null) =>
    `/projects/${encodeURIComponent(slug)}/messages/search` +
    query({ q, from, channelId, after: startOf(after), before: startOf(before, 1), cursor })
  return useInfiniteQuery({
    queryKey: ['search', slug, asked],
    queryFn: ({ pageParam }) => api.list<ChatMessage>(path(pageParam)) as Promise<Found>,
    initialPageParam: null as string | null,
    getNextPageParam: ({ meta }) => meta?.cursor ?? undefined,
    enabled: Object.values(asked).some(Boolean),
    placeholderData: keepPreviousData,
    staleTime: 0,
  })
}

export function SearchView({ onGo }: { onGo: (place: Place) => void }) {
  const { project } = useOpenProject()
  const { members } = useRoomState()
  const { channels } = useChats()
  const user = useUser()
  const key = `${user.id} ${project.slug}`
  const [asked, setAsked] = useState(lastAsked.get(key) ?? nothing)
  const [text, setText] = useState(asked.q)
  const ask = (part: Partial<Asked>) => {
    const next = { ...asked, q: text.trim(), ...part }
    lastAsked.set(key, next)
    setAsked(next)
  }
  const submit = (event: FormEvent) => {
    event.preventDefault()
    ask({})
  }
  return (
    <div className={classes.search}>
      <form className={classes.form} role="search" onSubmit={submit}>
        <TextInput
          // oxlint-disable-next-line jsx-a11y/no-autofocus -- who opens the search wants to write in it
          autoFocus
          className={classes.words ?? ''}
          aria-label="Search messages"
          placeholder='Words, "a phrase", -not'
          maxLength={200}
          leftSection={<SearchIcon size={15} />}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
        />
        <Button type="submit">Search</Button>
        <div className={classes.filters}>
          <Select
            size="xs"
            aria-label="From"
            placeholder="From anybody"
            searchable
            clearable
            value={asked.from}
            onChange={(from) => ask({ from })}
            data={members.map(({ id, displayName }) => ({ value: id, label: displayName }))}
          />
          <Select
            size="xs"
            aria-label="In"
            placeholder="In all channels"
            searchable
            clearable
            value={asked.channelId}
            onChange={(channelId) => ask({ channelId })}
            data={channels.map((channel) => ({
              value: channel.id,
              label: channelLabel(channel, user.id),
            }))}
          />
          <TextInput
            size="xs"
            type="date"
            aria-label="From day"
            leftSection="from"
            leftSectionWidth={44}
            className={classes.day ?? ''}
            value={asked.after}
            onChange={(event) => ask({ after: event.currentTarget.value })}
          />
          <TextInput
            size="xs"
            type="date"
            aria-label="Until day"
            leftSection="until"
            leftSectionWidth={44}
            className={classes.day ?? ''}
            value={asked.before}
            onChange={(event) => ask({ before: event.currentTarget.value })}
          />
        </div>
      </form>
      <Results asked={asked} onGo={onGo} />
    </div>
  )
}

function Results({ asked, onGo }: { asked: Asked; onGo: (place: Place) => void }) {
  const { project } = useOpenProject()
  const found = useSearch(project.slug, asked)
  const messages = found.data?.pages.flatMap(({ data }) => data)
  if (found.error && !messages) {
    return (
      <EmptyState m="auto" icon={<SearchX />} title="The search did not work" role="alert">
        {errorMessage(found.error)}
      </EmptyState>
    )
  }
  if (!Object.values(asked).some(Boolean)) {
    return (
      <EmptyState
        m="auto"
        p="md"
        icon={<SearchIcon />}
        title="Search all messages"
        description="In every channel and conversation that you can read, threads included."
      />
    )
  }
  if (!messages) return <Loader size="sm" m="xl" mx="auto" aria-label="Searching" />
  if (messages.length === 0) {
    return (
      <EmptyState
        m="auto"
        p="md"
        icon={<SearchX />}
        title="Nothing found"
        description="Try other words, or fewer of them; without a filter, more is found."
      />
    )
  }
  const words = askedWords(asked.q)
  return (
    <div className={classes.results} aria-busy={found.isPlaceholderData}>
      <ul className={classes.list} aria-label="Messages found">
        {messages.map((message) => (
          <Result key={message.id} message={message} words={words} onGo={onGo} />
        ))}
      </ul>
      {found.hasNextPage && (
        <Button
          variant="default"
          mx="auto"
          my="sm"
          display="block"
          loading={found.isFetchingNextPage}
          onClick={() => void found.fetchNextPage()}
        >
          More
        </Button>
      )}
    </div>
  )
}

interface ResultProps {
  message: ChatMessage
  words: readonly string[]
  onGo: (place: Place) => void
}

function Result({ message, words, onGo }: ResultProps) {
  const user = useUser()
  const channel = useChats().channels.find(({ id }) => id === message.channelId)
  const { author, attachments } = message
  const where = channel ? channelLabel(channel, user.id) : ''
  return (
    <li>
      <button
        type="button"
        className={classes.result}
        onClick={() =>
          onGo({
            view: 'channel',
            channelId: message.channelId,
            threadId: message.threadId ?? undefined,
            seq: message.seq,
          })
        }
      >
        <PersonAvatar user={author} size={24} title={false} />
        <span className={classes.found}>
          <span className={classes.head}>
            <b>{author.displayName}</b>
            <span>
              {where}
              {message.threadId && ' · in a thread'}
            </span>
            <Ago at={message.createdAt} />
          </span>
          <span className={classes.text} dir="auto">
            {excerpt(message.message, words).map(({ text, found }, index) =>
              // oxlint-disable-next-line react/no-array-index-key -- parts of one text have no other name
              found ? <mark key={index}>{text}</mark> : text,
            )}
          </span>
          {attachments.length > 0 && (
            <span className={classes.files}>
              <Paperclip size={12} aria-hidden /> {attachments.map(({ name }) => name).join(', ')}
            </span>
          )}
        </span>
      </button>
    </li>
  )
}
