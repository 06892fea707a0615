// Where the server's refusals of single fields end up: beside the field.
import { useState } from 'react'
import { errorMessage, isAppError } from './wire.ts'

export interface Refusal {
  /** Above the form; null when every part of it stands beside a field */
  message: string | null
  fields: Readonly<Record<string, string>>
}

interface Detail {
  path?: string | (string | number)[]
  field?: string
  message?: string
}

/** Reads `details` of VALIDATION_ERROR and CONFLICT: a list of { path or field, message }, or { field: message }. */
export function readRefusal(error: unknown, names: readonly string[]): Refusal {
  const fields: Record<string, string> = {}
  const details: unknown = isAppError(error) ? error.details : undefined
  const add = (name: unknown, message: unknown) => {
    if (typeof name !== 'string' || typeof message !== 'string') return
    fields[name] ??= message.charAt(0).toUpperCase() + message.slice(1)
  }
  if (Array.isArray(details)) {
    for (const { path, field, message } of details as Detail[]) {
      const first = Array.isArray(path) ? path.find((part) => typeof part === 'string') : path
      add(field ?? first?.split('.')[0], message)
    }
  } else if (details !== null && typeof details === 'object') {
    const { field, ...rest } = details as Record<string, unknown>
    if (typeof field === 'string') add(field, errorMessage(error))
    else for (const [name, message] of Object.entries(rest)) add(name, message)
  }
  const shown = names.some((name) => name in fields)
  return { message: shown ? null : errorMessage(error), fields }
}

const nothing: Refusal = { message: null, fields: {} }

/**
 * Runs what a form does: busy while it runs, its refusal afterwards.
 * @param names the fields that can show their own refusal
 */
export function useSubmit(names: readonly string[]) {
  const [busy, setBusy] = useState(false)
  const [refusal, setRefusal] = useState<Refusal>(nothing)
  const submit = async (work: () => Promise<void>) => {
    setBusy(true)
    setRefusal(nothing)
    try {
      await work()
    } catch (error) {
      setRefusal(readRefusal(error, names))
    } finally {
      setBusy(false)
    }
  }
  return { busy, refusal, submit: (work: () => Promise<void>) => void submit(work) }
}
