// A message of one's own, being changed: Enter saves, Escape leaves it as it was.
import { useEffect, useRef, useState, type KeyboardEvent } from 'react'
import { Button, Textarea } from '@mantine/core'
import type { ChatMessage } from '../../../protocol/chat.ts'
import { MAX_MESSAGE } from '../../../protocol/limits.ts'
import { errorMessage } from '../../wire.ts'
import { useActions } from './actions.ts'
import classes from './message.module.css'

export function EditBox({ message }: { message: ChatMessage }) {
  const { edit, setEditing } = useActions()
  const [text, setText] = useState(message.message)
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<string | null>(null)
  const box = useRef<HTMLTextAreaElement>(null)
  useEffect(() => {
    const element = box.current
    element?.focus()
    element?.setSelectionRange(element.value.length, element.value.length)
    element?.closest('[data-seq]')?.scrollIntoView({ block: 'nearest' })
  }, [])
  const leave = () => {
    setEditing(null)
    document.querySelector<HTMLElement>('[data-composer]')?.focus()
  }
  const changed = text.trim() !== message.message
  const allowed = text.trim() !== '' || message.attachments.length > 0
  const save = async () => {
    if (!allowed || busy) return
    if (!changed) return leave()
    setBusy(true)
    setProblem(null)
    try {
      await edit(message, text.trim())
      leave()
    } catch (error) {
      setProblem(errorMessage(error))
      setBusy(false)
    }
  }
  const press = (event: KeyboardEvent) => {
    if (event.key === 'Escape') {
      event.stopPropagation()
      leave()
    } else if (event.key === 'Enter' && !event.shiftKey && !event.nativeEvent.isComposing) {
      event.preventDefault()
      void save()
    }
  }
  return (
    <div className={classes.edit}>
      <Textarea
        ref={box}
        aria-label="Edit message"
        dir="auto"
        autosize
        minRows={1}
        maxRows={12}
        maxLength={MAX_MESSAGE}
        value={text}
        error={problem}
        onKeyDown={press}
        onChange={(event) => setText(event.currentTarget.value)}
      />
      <div className={classes.editActions}>
        <span className={classes.hint}>Escape to cancel, Enter to save</span>
        <Button size="compact-xs" variant="default" onClick={leave}>
          Cancel
        </Button>
        <Button size="compact-xs" loading={busy} disabled={!allowed} onClick={() => void save()}>
          Save
        </Button>
      </div>
    </div>
  )
}
