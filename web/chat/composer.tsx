// Where one writes: Enter sends, Shift+Enter makes a line.
import { useEffect, useRef, useState, type KeyboardEvent } from 'react'
import { ActionIcon, Textarea } from '@mantine/core'
import { SendHorizontal } from 'lucide-react'
import { MAX_MESSAGE } from '../../protocol/limits.ts'
import type { Chat } from './chat.ts'
import classes from './chat.module.css'

export function Composer({ chat }: { chat: Chat | undefined }) {
  const [text, setText] = useState('')
  const ready = chat !== undefined && text.trim() !== ''
  const box = useRef<HTMLTextAreaElement>(null)
  const send = () => {
    if (!chat || !ready) return
    chat.send(text.trim())
    setText('')
    box.current?.focus()
  }
  // Who stops in the middle is not writing any more.
  useEffect(() => {
    if (!text) return
    const timer = setTimeout(() => chat?.typing(true), 4_000)
    return () => clearTimeout(timer)
  }, [text, chat])
  const press = (event: KeyboardEvent) => {
    // Enter also ends the choice of a character in Japanese, Chinese or Korean.
    if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing) return
    event.preventDefault()
    send()
  }
  return (
    <form
      className={classes.composer}
      onSubmit={(event) => {
        event.preventDefault()
        send()
      }}
    >
      <Textarea
        ref={box}
        className={classes.input ?? ''}
        aria-label="Message"
        placeholder="Write a message"
        dir="auto"
        autosize
        minRows={1}
        maxRows={8}
        maxLength={MAX_MESSAGE}
        value={text}
        onKeyDown={press}
        onChange={(event) => {
          setText(event.currentTarget.value)
          chat?.typing(event.currentTarget.value === '')
        }}
      />
      <ActionIcon
        type="submit"
        size={36}
        variant={ready ? 'filled' : 'default'}
        color="accent"
        aria-label="Send message"
        disabled={!ready}
      >
        <SendHorizontal size={17} />
      </ActionIcon>
    </form>
  )
}
