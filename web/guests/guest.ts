// Who this tab is as a guest: kept through reloads, so that one does not knock twice at a call.
import type { Guest } from '../../server/guests/schema.ts'
import type { PublicUser } from '../../protocol/events.ts'
import { send } from '../wire.ts'

const keyOf = (link: string) => `openlaunch.guest.${link}`
const NAME = 'openlaunch.guest.name'

export function savedGuest(link: string): Guest | null {
  const saved = sessionStorage.getItem(keyOf(link))
  const guest = saved === null ? null : (JSON.parse(saved) as Guest)
  return guest && Date.parse(guest.expiresAt) > Date.now() ? guest : null
}

export const forgetGuest = (link: string) => sessionStorage.removeItem(keyOf(link))

/** The name that one had in another call. */
export const savedName = () => localStorage.getItem(NAME) ?? ''

/** @throws AppError */
export async function becomeGuest(link: string, name: string): Promise<Guest> {
  const path = `/call-links/${encodeURIComponent(link)}/guests`
  const { data } = await send<Guest>({ method: 'POST', path, body: { name } })
  sessionStorage.setItem(keyOf(link), JSON.stringify(data))
  localStorage.setItem(NAME, data.name)
  return data
}

export const asUser = ({ id, name }: Guest): PublicUser => ({
  id,
  username: '',
  displayName: name,
  avatar: '',
  guest: true,
})
