// Bytes over REST, with the token that an <img> or a link cannot send: what is shown or saved, and uploads.
import { useEffect, useState } from 'react'
import { AppError, type WireError } from '../protocol/errors.ts'
import { withToken } from './api.ts'
import { wireError } from './wire.ts'

type Answer<Data> = { success: true; data: Data } | { success: false; error: WireError }

const unreachable = () => new AppError('UNAVAILABLE', 'The server cannot be reached. Try again.')

const fetchBlob = (path: string, signal?: AbortSignal) =>
  withToken((token) => fetchWith(token, path, signal))

async function fetchWith(token: string, path: string, signal?: AbortSignal): Promise<Blob> {
  const headers = { Authorization: `Bearer ${token}` }
  const response = await fetch(`/api/v1${path}`, { headers, ...(signal && { signal }) }).catch(
    () => {
      throw unreachable()
    },
  )
  if (response.ok) return response.blob()
  const answer = (await response.json().catch(() => null)) as Answer<never> | null
  throw answer && !answer.success ? wireError(answer.error) : unreachable()
}

/** Lets the browser save it. @throws AppError */
export async function save(path: string, name: string) {
  const url = URL.createObjectURL(await fetchBlob(path))
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(url), 10_000)
}

interface Shown {
  /** Address of the bytes in this page */
  url: string | null
  error: unknown
}

const nothing: Shown = { url: null, error: null }

/** @param path null: nothing is wanted yet */
export function useBytes(path: string | null): Shown {
  const [shown, setShown] = useState<Shown>(nothing)
  useEffect(() => {
    if (path === null) return
    const stop = new AbortController()
    let url: string | null = null
    fetchBlob(path, stop.signal).then(
      (blob) => {
        if (stop.signal.aborted) return
        url = URL.createObjectURL(blob)
        setShown({ url, error: null })
      },
      (error: unknown) => {
        if (!stop.signal.aborted) setShown({ url: null, error })
      },
    )
    return () => {
      stop.abort()
      setShown(nothing)
      if (url) URL.revokeObjectURL(url)
    }
  }, [path])
  return shown
}

/** `fetch` does not tell how far an upload is. @throws AppError */
export const sendBytes = <Data>(
  path: string,
  body: Blob,
  onProgress: (part: number) => void,
  signal: AbortSignal,
) => withToken((token) => sendWith<Data>(token, path, body, onProgress, signal))

function sendWith<Data>(
  token: string,
  path: string,
  body: Blob,
  onProgress: (part: number) => void,
  signal: AbortSignal,
): Promise<Data> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest()
    request.open('POST', `/api/v1${path}`)
    request.setRequestHeader('Authorization', `Bearer ${token}`)
    request.setRequestHeader('Content-Type', body.type || 'application/octet-stream')
    request.upload.addEventListener('progress', ({ loaded, total }) => onProgress(loaded / total))
    const fail = () =>
      reject(
        new AppError('UNAVAILABLE', 'The upload broke off. Check the connection and try again.'),
      )
    request.addEventListener('error', fail)
    request.addEventListener('abort', fail)
    request.addEventListener('load', () => {
      let answer: Answer<Data> | null = null
      try {
        answer = JSON.parse(request.responseText) as Answer<Data>
      } catch {
        return fail()
      }
      if (answer?.success) resolve(answer.data)
      else if (answer) reject(wireError(answer.error))
      else fail()
    })
    signal.addEventListener('abort', () => request.abort())
    if (signal.aborted) fail()
    else request.send(body)
  })
}
