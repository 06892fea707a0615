// The bytes of attachments: asked with the token, which an <img> cannot send, and held while they are shown. The
// browser's cache keeps them beyond that.
import { useEffect, useState } from 'react'
import { freshToken } from '../../accounts/session.ts'
import { attachmentPath } from '../composer/uploads.ts'

async function fetchBlob(slug: string, id: string): Promise<Blob> {
  const token = await freshToken()
  const response = await fetch(`/api/v1${attachmentPath(slug, id)}`, {
    headers: { Authorization: `Bearer ${token}` },
  })
  if (!response.ok) throw new Error(`The server answered ${response.status}.`)
  return response.blob()
}

/** @param wanted whether it is time to load it */
export function useBlob(slug: string, id: string, wanted: boolean) {
  const [state, setState] = useState<{ url: string | null; failed: boolean }>({
    url: null,
    failed: false,
  })
  useEffect(() => {
    if (!wanted) return
    let over = false
    let made: string | null = null
    fetchBlob(slug, id)
      .then((blob) => {
        if (over) return
        made = URL.createObjectURL(blob)
        setState({ url: made, failed: false })
      })
      .catch(() => {
        if (!over) setState({ url: null, failed: true })
      })
    return () => {
      over = true
      if (made) URL.revokeObjectURL(made)
    }
  }, [slug, id, wanted])
  return state
}

/** Lets the browser save it. */
export async function download(slug: string, id: string, name: string) {
  const url = URL.createObjectURL(await fetchBlob(slug, id))
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(url), 10_000)
}
