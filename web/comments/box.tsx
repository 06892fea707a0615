// Where one writes a comment: markdown, with people and issues offered while they are named. What is written stays in
// this browser until the server has it.
import { useEffect, useRef, useState, type KeyboardEvent } from 'react'
import { Button, Textarea } from '@mantine/core'
import { flushSync } from 'react-dom'
import { MAX_CODE_COMMENT } from '../../protocol/limits.ts'
import { useAutocomplete } from '../chat/composer/autocomplete.tsx'
import { keepDraft, readDraft } from '../chat/composer/drafts.ts'
import { useOpenProject, useRoomState } from '../room/context.tsx'
import { errorMessage } from '../wire.ts'
import { sendKeys } from './marks.ts'
import classes from './comments.module.css'

interface Props {
  /** Where the draft belongs */
  place: string
  label: string
  /** The button's word */
  action: string
  /** What it says already, of a comment that is edited */
  initial?: string
  /** Takes the cursor as soon as it is there */
  focus?: boolean
  onSend: (text: string) => Promise<unknown>
  /** Without it, there is nothing to leave */
  onCancel?: () => void
}

export function CommentBox(props: Props) {
  const { place, label, action, initial = '', focus = false, onSend, onCancel } = props
  const { project } = useOpenProject()
  const { members } = useRoomState()
  const [text, setText] = useState(() => readDraft(place) || initial)
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<string | null>(null)
  const box = useRef<HTMLTextAreaElement>(null)
  const autocomplete = useAutocomplete({
    slug: project.slug,
    people: members,
    text,
    withoutChannel: true,
    onComplete(next, cursor) {
      // At once, before the next key: it would stand elsewhere.
      flushSync(() => change(next, cursor))
      box.current?.setSelectionRange(cursor, cursor)
    },
  })
  const ready = text.trim() !== '' && !busy

  useEffect(() => {
    if (!focus) return
    box.current?.focus()
    box.current?.setSelectionRange(box.current.value.length, box.current.value.length)
  }, [focus])

  const change = (next: string, position: number) => {
    setText(next)
    autocomplete.change(next, position)
    keepDraft(place, next === initial ? '' : next)
  }
  const send = async () => {
    if (!ready) return
    setBusy(true)
    setProblem(null)
    try {
      await onSend(text.trim())
      keepDraft(place, '')
      setText('')
    } catch (error) {
      setProblem(errorMessage(error))
    } finally {
      setBusy(false)
    }
  }
  const leave = () => {
    keepDraft(place, '')
    setText('')
    setProblem(null)
    onCancel?.()
  }

  const press = (event: KeyboardEvent<HTMLTextAreaElement>) => {
    if (event.nativeEvent.isComposing) return
    if (autocomplete.press(event.key)) event.preventDefault()
    else if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
      event.preventDefault()
      void send()
    } else if (event.key === 'Escape' && onCancel) {
      // Here it leaves the box, not the panel; what was written is not thrown away by one key.
      event.preventDefault()
      if (text.trim() === '' || text === initial) leave()
    }
  }

  return (
    <form
      className={classes.box}
      aria-label={label}
      onSubmit={(event) => {
        event.preventDefault()
        void send()
      }}
    >
      <Textarea
        ref={box}
        aria-label={label}
        {...autocomplete.field}
        placeholder={`${label}…`}
        dir="auto"
        size="xs"
        autosize
        minRows={focus ? 2 : 1}
        maxRows={12}
        maxLength={MAX_CODE_COMMENT}
        value={text}
        // What would be written now would go with what is sent.
        readOnly={busy}
        onKeyDown={press}
        onChange={(event) => change(event.currentTarget.value, event.currentTarget.selectionStart)}
      />
      {autocomplete.list && <div className={classes.offers}>{autocomplete.list}</div>}
      {problem && (
        <p className={classes.problem} role="alert">
          {problem} Your text is kept here.
        </p>
      )}
      {(onCancel || text.trim() !== '') && (
        <div className={classes.boxActions}>
          <span className={classes.hint}>Markdown, @name · {sendKeys} sends</span>
          <Button size="compact-xs" variant="default" onClick={leave}>
            Cancel
          </Button>
          <Button size="compact-xs" type="submit" loading={busy} disabled={!ready}>
            {problem ? 'Try again' : action}
          </Button>
        </div>
      )}
    </form>
  )
}
