// The list above the composer while one names a person or an issue.
import { useQuery, keepPreviousData } from '@tanstack/react-query'
import { CircleDot, Megaphone } from 'lucide-react'
import type { PublicUser } from '../../../protocol/events.ts'
import type { Issue } from '../../../server/issues/schema.ts'
import { api, query } from '../../api.ts'
import { PersonAvatar } from '../../people/avatar.tsx'
import { findPeople, type Asked } from './completion.ts'
import classes from './composer.module.css'

export interface Suggestion {
  /** What is put into the text */
  choice: string
  name: string
  hint: string
  user: PublicUser | null
}

const everybody: Suggestion = {
  choice: '@channel',
  name: '@channel',
  hint: 'Tell everybody here',
  user: null,
}

export function useSuggestions(slug: string, people: readonly PublicUser[], asked: Asked | null) {
  const number = asked?.kind === '#' && /^\d+$/.test(asked.query) ? asked.query : null
  const { data: issues } = useQuery({
    queryKey: ['issues', slug, 'named', asked?.query],
    queryFn: () =>
      api
        .list<Issue>(
          `/projects/${encodeURIComponent(slug)}/issues` +
            query({ q: number === null ? asked?.query : undefined, limit: 50 }),
        )
        .then(({ data }) => data),
    enabled: asked?.kind === '#',
    placeholderData: keepPreviousData,
  })
  if (!asked) return []
  if (asked.kind === '#') {
    const found = issues?.filter(
      (issue) => number === null || String(issue.number).startsWith(number),
    )
    return (found ?? []).slice(0, 8).map((issue): Suggestion => ({
      choice: `#${issue.number}`,
      name: issue.title,
      hint: `#${issue.number} · ${issue.status.replaceAll('_', ' ')}`,
      user: null,
    }))
  }
  const found = findPeople(people, asked.query).map((user): Suggestion => ({
    choice: `@${user.username}`,
    name: user.displayName,
    hint: `@${user.username}`,
    user,
  }))
  return 'channel'.startsWith(asked.query.toLowerCase()) ? [...found, everybody] : found
}

interface Props {
  id: string
  suggestions: readonly Suggestion[]
  at: number
  onHover: (index: number) => void
  onChoose: (suggestion: Suggestion) => void
}

export function Suggestions({ id, suggestions, at, onHover, onChoose }: Props) {
  return (
    <div className={classes.suggestions} id={id} role="listbox" aria-label="Suggestions">
      {suggestions.map((suggestion, index) => (
        <div
          key={suggestion.choice}
          id={`${id}-${index}`}
          role="option"
          tabIndex={-1}
          aria-selected={index === at}
          className={classes.suggestion}
          onMouseMove={() => onHover(index)}
          // The text keeps the focus.
          onMouseDown={(event) => {
            event.preventDefault()
            onChoose(suggestion)
          }}
        >
          {suggestion.user ? (
            <PersonAvatar user={suggestion.user} size={22} title={false} />
          ) : suggestion === everybody ? (
            <Megaphone size={16} aria-hidden />
          ) : (
            <CircleDot size={16} aria-hidden />
          )}
          <span className={classes.suggestionName}>{suggestion.name}</span>
          <span className={classes.suggestionHint}>{suggestion.hint}</span>
        </div>
      ))}
    </div>
  )
}
