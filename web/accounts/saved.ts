// The saved sign-in, shared by the tabs of a browser.

export const SAVED_KEY = 'openlaunch.session'

export interface Saved {
  refreshToken: string
  userId: string
  /** Idempotency key of the one exchange of this token: a reload in its middle repeats it */
  exchangeKey: string
}

export function readSaved(): Saved | undefined {
  try {
    const saved = JSON.parse(localStorage.getItem(SAVED_KEY) ?? 'null') as Saved | null
    return saved && typeof saved.refreshToken === 'string' ? saved : undefined
  } catch {
    return undefined
  }
}

export const save = (saved: Saved) => localStorage.setItem(SAVED_KEY, JSON.stringify(saved))
export const clearSaved = () => localStorage.removeItem(SAVED_KEY)
