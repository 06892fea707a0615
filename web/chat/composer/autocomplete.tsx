// Offers people and issues while they are named in a box of text, as a combobox does.
import { useId, useState } from 'react'
import type { PublicUser } from '../../../protocol/events.ts'
import { complete, findAsked } from './completion.ts'
import { Suggestions, useSuggestions, type Suggestion } from './suggestions.tsx'

interface Options {
  slug: string
  /** Who can be named */
  people: readonly PublicUser[]
  text: string
  /** There is no channel to tell everybody in */
  withoutChannel?: boolean
  onComplete: (text: string, cursor: number) => void
}

export function useAutocomplete({ slug, people, text, withoutChannel, onComplete }: Options) {
  const [cursor, setCursor] = useState(0)
  const [closed, setClosed] = useState(-1)
  const [at, setAt] = useState(0)
  const id = useId()
  const asked = findAsked(text, cursor)
  const suggestions = useSuggestions(slug, people, asked).filter(
    ({ choice }) => !withoutChannel || choice !== '@channel',
  )
  const offering = asked !== null && asked.start !== closed && suggestions.length > 0
  const close = () => setClosed(asked?.start ?? -1)
  const choose = ({ choice }: Suggestion) => {
    if (!asked) return
    const done = complete(text, cursor, asked, choice)
    onComplete(done.text, done.cursor)
  }

  return {
    list: offering && (
      <Suggestions id={id} suggestions={suggestions} at={at} onHover={setAt} onChoose={choose} />
    ),
    /** For the text area */
    field: {
      'aria-autocomplete': 'list' as const,
      'aria-controls': offering ? id : undefined,
      'aria-activedescendant': offering ? `${id}-${at}` : undefined,
      onSelect: (event: { currentTarget: HTMLTextAreaElement }) =>
        setCursor(event.currentTarget.selectionStart),
      onBlur: close,
    },
    /** When the text has changed */
    change(next: string, position: number) {
      setCursor(position)
      setAt(0)
      // Escape holds for what was being named then.
      if (!findAsked(next, position)) setClosed(-1)
    },
    /** @returns whether the key was for the list */
    press(key: string) {
      if (!offering) return false
      const last = suggestions.length - 1
      if (key === 'ArrowDown') setAt(at === last ? 0 : at + 1)
      else if (key === 'ArrowUp') setAt(at === 0 ? last : at - 1)
      else if (key === 'Escape') close()
      else if (key === 'Enter' || key === 'Tab') {
        const chosen = suggestions[at]
        if (chosen) choose(chosen)
      } else return false
      return true
    },
  }
}
