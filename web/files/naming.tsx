// Typing a name in the row itself. What is wrong stands below while one types; Enter takes it, Escape leaves it.
import { useEffect, useRef, useState, type KeyboardEvent } from 'react'
import { readRefusal } from '../fields.ts'
import { nameProblem } from './names.ts'
import classes from './tree.module.css'

interface Props {
  label: string
  /** The name before; empty for a new one */
  before: string
  /** Path of the folder that it is in */
  folder: string
  placeholder: string
  isTaken: (path: string) => boolean
  /** @throws AppError */
  onSubmit: (name: string) => Promise<void>
  /** Left without a change */
  onCancel: (byKey: boolean) => void
}

export function NameField(props: Props) {
  const { label, before, folder, placeholder, isTaken, onSubmit, onCancel } = props
  const input = useRef<HTMLInputElement>(null)
  const busy = useRef(false)
  const [name, setName] = useState(before)
  const [refusal, setRefusal] = useState<string | null>(null)
  useEffect(() => {
    input.current?.focus()
    // The ending of a file mostly stays.
    const dot = before.lastIndexOf('.')
    input.current?.setSelectionRange(0, dot > 0 ? dot : before.length)
  }, [before])
  const trimmed = name.trim()
  const problem = trimmed === before ? null : nameProblem(trimmed, folder, isTaken)
  const shown = refusal ?? (trimmed === '' ? null : problem)

  const submit = async (byKey: boolean) => {
    if (busy.current) return
    if (trimmed === before || (trimmed === '' && !byKey)) return onCancel(byKey)
    if (problem) return byKey ? setRefusal(problem) : onCancel(byKey)
    busy.current = true
    try {
      await onSubmit(trimmed.replace(/\/$/, ''))
    } catch (error) {
      const { message, fields } = readRefusal(error, ['path', 'name'])
      setRefusal(message ?? fields['name'] ?? fields['path'] ?? null)
      input.current?.focus()
    } finally {
      busy.current = false
    }
  }
  const onKeyDown = (event: KeyboardEvent) => {
    event.stopPropagation()
    if (event.key === 'Enter') void submit(true)
    if (event.key === 'Escape') {
      // The field loses the focus by that, which would take the name.
      busy.current = true
      onCancel(true)
    }
  }
  return (
    <span className={classes.naming}>
      <input
        ref={input}
        className={classes.input}
        aria-label={label}
        aria-invalid={shown !== null}
        aria-describedby="name-problem"
        placeholder={placeholder}
        spellCheck={false}
        autoCapitalize="none"
        autoComplete="off"
        maxLength={1_024}
        value={name}
        onChange={(event) => {
          setName(event.currentTarget.value)
          setRefusal(null)
        }}
        onKeyDown={onKeyDown}
        onBlur={() => void submit(false)}
      />
      {shown && (
        <span id="name-problem" role="alert" className={classes.problem}>
          {shown}
        </span>
      )}
    </span>
  )
}
