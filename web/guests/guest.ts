// Who this tab is as a guest: kept through reloads, so that one does not knock twice at a call.
import type { Guest, GuestCall } from '../../server/guests/schema.ts'
import type { PublicUser } from '../../protocol/events.ts'
import { send } from '../wire.ts'

export interface SavedGuest extends Guest {
  /** As it was when they came: the link may end before the call. */
  shown: GuestCall
}

const keyOf = (link: string) => `openlaunch.guest.${link}`
const NAME = 'openlaunch.guest.name'

export function savedGuest(link: string): SavedGuest | null {
  const saved = sessionStorage.getItem(keyOf(link))
  const guest = saved === null ? null : (JSON.parse(saved) as SavedGuest)
  // One of an earlier version has no `shown`.
  return guest && 'shown' in guest && Date.parse(guest.expiresAt) > Date.now() ? guest : null
}

export const forgetGuest = (link: string) => sessionStorage.removeItem(keyOf(link))

/** The name that one had in another call. */
export const savedName = () => localStorage.getItem(NAME) ?? ''

/** @throws AppError */
export async function becomeGuest(
  link: string,
  name: string,
  shown: GuestCall,
): Promise<SavedGuest> {
  const path = `/call-links/${encodeURIComponent(link)}/guests`
  const { data } = await send<Guest>({ method: 'POST', path, body: { name } })
  const guest = { ...data, shown }
  sessionStorage.setItem(keyOf(link), JSON.stringify(guest))
  localStorage.setItem(NAME, data.name)
  return guest
}

export const asUser = ({ id, name }: Guest): PublicUser => ({
  id,
  username: '',
  displayName: name,
  avatar: '',
  guest: true,
})
