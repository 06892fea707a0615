// A long press on a touch screen asks for the menu. Some browsers say so themselves, not all.
import { useRef, type MouseEvent, type PointerEvent, type TouchEvent } from 'react'

/** Milliseconds */
const LONG = 500
/** Pixels that a resting finger may move */
const TREMOR = 10

export function useLongPress(onPress: (x: number, y: number, target: EventTarget) => void) {
  const press = useRef<{ x: number; y: number; timer: ReturnType<typeof setTimeout> }>(null)
  const pressed = useRef(false)
  const end = () => {
    clearTimeout(press.current?.timer)
    press.current = null
  }
  return {
    onPointerDown({ pointerType, clientX: x, clientY: y, target }: PointerEvent) {
      end()
      pressed.current = false
      if (pointerType !== 'touch') return
      const timer = setTimeout(() => {
        pressed.current = true
        onPress(x, y, target)
      }, LONG)
      press.current = { x, y, timer }
    },
    onPointerMove({ clientX, clientY }: PointerEvent) {
      const { x, y } = press.current ?? { x: clientX, y: clientY }
      if (Math.hypot(clientX - x, clientY - y) > TREMOR) end()
    },
    onPointerUp: end,
    onPointerCancel: end,
    /** Browsers would make a press of the mouse of it, which closes the menu. */
    onTouchEnd(event: TouchEvent) {
      if (pressed.current && event.cancelable) event.preventDefault()
    },
    /** The finger's going is no click. */
    onClickCapture(event: MouseEvent) {
      if (!pressed.current) return
      pressed.current = false
      event.stopPropagation()
      event.preventDefault()
    },
  }
}
