// Channels over REST. What comes of it, the room's socket tells everybody, the asker included.
import type { Channel } from '../../../protocol/chat.ts'
import type { PublicUser } from '../../../protocol/events.ts'
import type { ChannelUpdate, NewChannel } from '../../../server/channels/schema.ts'
import { api } from '../../api.ts'

const address = (slug: string, rest = '') =>
  `/projects/${encodeURIComponent(slug)}/channels${rest && `/${rest}`}`

export const createChannel = (slug: string, channel: NewChannel) =>
  api.post<Channel>(address(slug), channel)
export const openDirect = (slug: string, userIds: string[]) =>
  api.post<Channel>(`/projects/${encodeURIComponent(slug)}/conversations`, { userIds })
export const changeChannel = (slug: string, id: string, change: ChannelUpdate) =>
  api.patch<Channel>(address(slug, id), change)
export const addPerson = (slug: string, id: string, userId: string) =>
  api.post<PublicUser[]>(address(slug, `${id}/members`), { userId })
export const removePerson = (slug: string, id: string, userId: string) =>
  api.delete(address(slug, `${id}/members/${userId}`))
