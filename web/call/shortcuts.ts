// Keys of a call, as in Google Meet. An editor that means something else by them keeps them.
import { useEffect, useRef, type MouseEvent } from 'react'
import type { CallSession } from './session.ts'

const mac = typeof navigator !== 'undefined' && /mac|iphone|ipad/i.test(navigator.platform)
const control = mac ? '⌘' : 'Ctrl+'
export const keys = {
  microphone: `${control}D`,
  camera: `${control}E`,
  hand: mac ? '⌃⌘H' : 'Ctrl+Alt+H',
  talk: 'Space',
}

/** Where a space is a letter, or presses something. */
const TYPING = 'input, textarea, select, button, a, summary, [contenteditable], [role]'
const isTyping = ({ target }: KeyboardEvent) => target instanceof Element && target.matches(TYPING)

/** After a click with the mouse, the space bar is for talking, not for the button. */
export function freeSpace({ detail, currentTarget }: MouseEvent<HTMLElement>) {
  if (detail > 0) currentTarget.blur()
}

/** Only while the session is in use. */
export function useCallShortcuts(
  session: CallSession | null,
  { setMicrophone, setCamera }: Pick<CallSession, 'setMicrophone' | 'setCamera'>,
) {
  const talking = useRef(false)
  useEffect(() => {
    if (!session) return
    /** Also what is being opened: whoever presses then wants it off. */
    const isOn = (device: 'microphone' | 'camera') => {
      const { own, opening } = session.get()
      const media = own[device]
      return media ? !media.muted : opening.includes(device)
    }
    const down = (event: KeyboardEvent) => {
      // A page would scroll by a key that is held.
      if (event.repeat && talking.current && event.code === 'Space') event.preventDefault()
      if (event.defaultPrevented || event.repeat) return
      const command = (mac ? event.metaKey : event.ctrlKey) && !event.altKey && !event.shiftKey
      if (command && event.code === 'KeyD') {
        event.preventDefault()
        void setMicrophone(!isOn('microphone'))
      } else if (command && event.code === 'KeyE') {
        event.preventDefault()
        void setCamera(!isOn('camera'))
      } else if (event.code === 'KeyH' && event.ctrlKey && (mac ? event.metaKey : event.altKey)) {
        event.preventDefault()
        void session.raiseHand(session.get().hand === null).catch(() => undefined)
      } else if (event.code === 'Space' && !command && !isOn('microphone') && !isTyping(event)) {
        event.preventDefault()
        talking.current = true
        void session.setMicrophone(true)
      }
    }
    const stop = () => {
      if (!talking.current) return
      talking.current = false
      void session.setMicrophone(false)
    }
    const up = (event: KeyboardEvent) => event.code === 'Space' && stop()
    document.addEventListener('keydown', down)
    document.addEventListener('keyup', up)
    // Whoever holds the key and goes elsewhere does not stay heard.
    window.addEventListener('blur', stop)
    return () => {
      stop()
      document.removeEventListener('keydown', down)
      document.removeEventListener('keyup', up)
      window.removeEventListener('blur', stop)
    }
  }, [session, setMicrophone, setCamera])
}
