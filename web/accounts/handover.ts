// A reload hands the access token to the page after it. Without this every load would exchange the refresh token, and
// a second reload in the middle of that would use it twice, which ends the sign-in. Outside of a reload nothing is kept.
import type { PrivateUser } from '../../server/users/schema.ts'

const KEY = 'openlaunch.handover'

export interface Handover {
  token: string
  /** Milliseconds since 1970 */
  renewAt: number
  user: PrivateUser
}

export const leaveHandover = (handover: Handover) =>
  sessionStorage.setItem(KEY, JSON.stringify(handover))

/** Reads it once. */
export function takeHandover(): Handover | undefined {
  try {
    const handover = JSON.parse(sessionStorage.getItem(KEY) ?? 'null') as Handover | null
    return handover ?? undefined
  } catch {
    return undefined
  } finally {
    sessionStorage.removeItem(KEY)
  }
}
