// Choosing an emoji: by looking, or by its name. Arrow keys move over the grid, Enter takes.
import { useId, useState, type KeyboardEvent, type ReactElement } from 'react'
import { Popover, TextInput } from '@mantine/core'
import { Search } from 'lucide-react'
import { emojiGroups, searchEmojis, type Emoji } from './emojis.ts'
import classes from './picker.module.css'

const COLUMNS = 8

interface Props {
  /** The button that opens it */
  children: ReactElement
  opened: boolean
  onChange: (opened: boolean) => void
  onPick: (emoji: string) => void
}

export function EmojiPicker({ children, opened, onChange, onPick }: Props) {
  return (
    <Popover
      opened={opened}
      onChange={onChange}
      position="top-end"
      shadow="md"
      radius="lg"
      trapFocus
      returnFocus
      withinPortal
    >
      <Popover.Target>{children}</Popover.Target>
      <Popover.Dropdown className={classes.dropdown ?? ''} aria-label="Choose an emoji">
        {opened && (
          <EmojiGrid
            onPick={(emoji) => {
              onChange(false)
              onPick(emoji)
            }}
          />
        )}
      </Popover.Dropdown>
    </Popover>
  )
}

function EmojiGrid({ onPick }: { onPick: (emoji: string) => void }) {
  const [asked, setAsked] = useState('')
  const [at, setAt] = useState(0)
  const id = useId()
  const groups = asked.trim() ? [{ name: 'Found', emojis: searchEmojis(asked) }] : emojiGroups
  const all = groups.flatMap(({ emojis }) => emojis)
  const chosen = all[at]
  const move = (by: number) => {
    const next = Math.min(Math.max(at + by, 0), all.length - 1)
    setAt(next)
    document.getElementById(`${id}-${next}`)?.scrollIntoView({ block: 'nearest' })
  }
  const press = (event: KeyboardEvent) => {
    const steps: Record<string, number> = {
      ArrowRight: 1,
      ArrowLeft: -1,
      ArrowDown: COLUMNS,
      ArrowUp: -COLUMNS,
    }
    const step = steps[event.key]
    if (step !== undefined) move(step)
    else if (event.key === 'Enter' && chosen) onPick(chosen.emoji)
    else return
    event.preventDefault()
  }
  const cell = ({ emoji, words }: Emoji) => {
    const index = all.findIndex((entry) => entry.emoji === emoji)
    return (
      <button
        key={emoji}
        type="button"
        id={`${id}-${index}`}
        role="option"
        aria-selected={index === at}
        aria-label={words}
        title={words.split(' ').slice(0, 2).join(' ')}
        tabIndex={-1}
        className={classes.emoji}
        onMouseEnter={() => setAt(index)}
        onClick={() => onPick(emoji)}
      >
        {emoji}
      </button>
    )
  }
  return (
    <>
      <TextInput
        data-autofocus
        size="xs"
        role="combobox"
        aria-label="Search emojis"
        aria-expanded
        aria-controls={id}
        aria-activedescendant={chosen ? `${id}-${at}` : undefined}
        placeholder="Search"
        leftSection={<Search size={14} />}
        value={asked}
        onKeyDown={press}
        onChange={(event) => {
          setAsked(event.currentTarget.value)
          setAt(0)
        }}
      />
      <div className={classes.grid} id={id} role="listbox" aria-label="Emojis">
        {groups.map(({ name, emojis }) => (
          <div key={name} role="group" aria-label={name}>
            {!asked.trim() && <div className={classes.group}>{name}</div>}
            <div className={classes.row}>{emojis.map(cell)}</div>
          </div>
        ))}
        {all.length === 0 && <p className={classes.none}>No emoji of that name</p>}
      </div>
    </>
  )
}
