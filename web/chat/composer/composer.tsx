// Where one writes: Enter sends, Shift+Enter makes a line; people and issues are offered while they are named.
import { useEffect, useRef, useState, type KeyboardEvent } from 'react'
import { ActionIcon, Popover, Textarea, Tooltip } from '@mantine/core'
import { Paperclip, SendHorizontal, Smile, Type } from 'lucide-react'
import { flushSync } from 'react-dom'
import type { Attachment } from '../../../protocol/chat.ts'
import type { PublicUser } from '../../../protocol/events.ts'
import { MAX_MESSAGE } from '../../../protocol/limits.ts'
import { useStore } from '../../store.ts'
import { useAutocomplete } from './autocomplete.tsx'
import { keepDraft, readDraft } from './drafts.ts'
import { EmojiPicker } from '../emojis/picker.tsx'
import { Tray } from './tray.tsx'
import type { Uploads } from './uploads.ts'
import classes from './composer.module.css'

interface Props {
  slug: string
  /** Where the draft belongs: a channel or a thread */
  place: string
  label: string
  placeholder: string
  /** Who can be named */
  people: readonly PublicUser[]
  uploads: Uploads
  onSend: (text: string, attachments: Attachment[]) => void
  /** At each keystroke, and when one stopped */
  onTyping: (empty: boolean) => void
  /** Arrow up in an empty box */
  onEditLast: () => void
}

const marks: Record<string, string> = { b: '**', i: '*', e: '`' }

export function Composer(props: Props) {
  const { slug, place, label, placeholder, people, uploads, onSend, onTyping, onEditLast } = props
  const [text, setText] = useState(() => readDraft(place))
  const [picking, setPicking] = useState(false)
  const box = useRef<HTMLTextAreaElement>(null)
  const chooser = useRef<HTMLInputElement>(null)
  const { files, refusal } = useStore(uploads)
  const autocomplete = useAutocomplete({ slug, people, text, onComplete: write })
  const busy = files.some(({ attachment }) => attachment === null)
  const ready = !busy && (text.trim() !== '' || files.length > 0)

  const change = (next: string, position = next.length) => {
    setText(next)
    autocomplete.change(next, position)
    keepDraft(place, next)
    onTyping(next === '')
  }
  /** The cursor can only be set once the text is there, and must be before the next key. */
  function write(next: string, position: number, end = position) {
    flushSync(() => change(next, position))
    box.current?.setSelectionRange(position, end)
    // After what offered it has closed.
    requestAnimationFrame(() => box.current?.focus())
  }
  const insert = (part: string) => {
    const { selectionStart = text.length, selectionEnd = text.length } = box.current ?? {}
    write(
      text.slice(0, selectionStart) + part + text.slice(selectionEnd),
      selectionStart + part.length,
    )
  }
  const wrap = (mark: string) => {
    const { selectionStart: from, selectionEnd: to } = box.current ?? {}
    if (from === undefined || to === undefined) return
    const inner = text.slice(from, to)
    const [start, end] = [from + mark.length, to + mark.length]
    write(text.slice(0, from) + mark + inner + mark + text.slice(to), start, end)
  }
  const send = () => {
    if (!ready) return
    onSend(text.trim(), uploads.take())
    setText('')
    autocomplete.change('', 0)
    keepDraft(place, '')
    box.current?.focus()
  }
  // Who stops in the middle is not writing any more.
  useEffect(() => {
    if (!text) return
    const timer = setTimeout(() => onTyping(true), 4_000)
    return () => clearTimeout(timer)
    // oxlint-disable-next-line react/exhaustive-deps -- the newest function does
  }, [text])

  const press = (event: KeyboardEvent<HTMLTextAreaElement>) => {
    // Enter also ends the choice of a character in Japanese, Chinese or Korean.
    if (event.nativeEvent.isComposing) return
    const mark = (event.ctrlKey || event.metaKey) && !event.shiftKey ? marks[event.key] : undefined
    if (autocomplete.press(event.key)) event.preventDefault()
    else if (mark !== undefined) {
      event.preventDefault()
      wrap(mark)
    } else if (event.key === 'ArrowUp' && text === '') {
      event.preventDefault()
      onEditLast()
    } else if (event.key === 'Enter' && !event.shiftKey && !event.altKey) {
      const { selectionStart } = event.currentTarget
      // Within a block of code, lines are lines.
      if (text.slice(0, selectionStart).split('```').length % 2 === 0) return
      event.preventDefault()
      send()
    }
  }

  return (
    <form
      className={classes.composer}
      onSubmit={(event) => {
        event.preventDefault()
        send()
      }}
    >
      {autocomplete.list}
      <div className={classes.box}>
        <Textarea
          ref={box}
          variant="unstyled"
          classNames={{ input: classes.input ?? '' }}
          data-composer
          aria-label={label}
          {...autocomplete.field}
          placeholder={placeholder}
          dir="auto"
          autosize
          minRows={1}
          maxRows={10}
          maxLength={MAX_MESSAGE}
          value={text}
          onKeyDown={press}
          onPaste={(event) => {
            const pasted = [...event.clipboardData.files]
            if (pasted.length === 0) return
            event.preventDefault()
            uploads.add(pasted)
          }}
          onChange={(event) => {
            change(event.currentTarget.value, event.currentTarget.selectionStart)
          }}
        />
        <Tray files={files} uploads={uploads} />
        {refusal && (
          <p className={classes.uploadError} role="alert">
            {refusal}
          </p>
        )}
        <div className={classes.bar}>
          <input
            ref={chooser}
            type="file"
            multiple
            hidden
            aria-label="Files"
            onChange={(event) => {
              uploads.add([...(event.currentTarget.files ?? [])])
              event.currentTarget.value = ''
              box.current?.focus()
            }}
          />
          <Tooltip label="Attach files">
            <ActionIcon aria-label="Attach files" onClick={() => chooser.current?.click()}>
              <Paperclip size={16} />
            </ActionIcon>
          </Tooltip>
          <EmojiPicker opened={picking} onChange={setPicking} onPick={insert}>
            <ActionIcon aria-label="Insert emoji" onClick={() => setPicking(!picking)}>
              <Smile size={16} />
            </ActionIcon>
          </EmojiPicker>
          <Formatting />
          <span className={classes.spacer} />
          <ActionIcon
            type="submit"
            size={30}
            variant={ready ? 'filled' : 'subtle'}
            color={ready ? 'accent' : 'gray'}
            aria-label="Send message"
            disabled={!ready}
          >
            <SendHorizontal size={16} />
          </ActionIcon>
        </div>
      </div>
    </form>
  )
}

const hints = [
  ['**bold**', 'Ctrl+B'],
  ['*italic*', 'Ctrl+I'],
  ['`code`', 'Ctrl+E'],
  ['```ts', 'a block of code'],
  ['> quote', ''],
  ['- item, 1. item', 'lists'],
  ['@name, #12', 'people, issues'],
  ['src/main.ts:10-20', 'lines of a file'],
]

function Formatting() {
  return (
    <Popover position="top" shadow="md" radius="lg" returnFocus>
      <Popover.Target>
        <ActionIcon aria-label="How to format">
          <Type size={16} />
        </ActionIcon>
      </Popover.Target>
      <Popover.Dropdown>
        <dl className={classes.hints}>
          {hints.map(([written, hint]) => (
            <div key={written}>
              <dt>{written}</dt>
              <dd>{hint}</dd>
            </div>
          ))}
          <div>
            <dt>Shift+Enter</dt>
            <dd>a new line</dd>
          </div>
        </dl>
      </Popover.Dropdown>
    </Popover>
  )
}
