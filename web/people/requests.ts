// Mutes and bans over REST. The one who is muted is told over the socket; the lists here are asked for.
import { useQuery } from '@tanstack/react-query'
import type { Ban, Mute } from '../../server/projects/schema.ts'
import { api } from '../api.ts'
import { queryClient } from '../query.ts'

const address = (slug: string, rest: string) => `/projects/${encodeURIComponent(slug)}/${rest}`
const mutesKey = (slug: string) => ['mutes', slug]
const bansKey = (slug: string) => ['bans', slug]
const refresh = (queryKey: string[]) => queryClient.invalidateQueries({ queryKey })

export const useMutes = (slug: string, enabled: boolean) =>
  useQuery({
    queryKey: mutesKey(slug),
    queryFn: () => api.get<Mute[]>(address(slug, 'mutes')),
    enabled,
  })

export const useBans = (slug: string, enabled: boolean) =>
  useQuery({
    queryKey: bansKey(slug),
    queryFn: () => api.get<Ban[]>(address(slug, 'bans')),
    enabled,
  })

export async function mute(slug: string, userId: string, minutes: number) {
  await api.post(address(slug, 'mutes'), { userId, minutes })
  await refresh(mutesKey(slug))
}

export async function unmute(slug: string, userId: string) {
  await api.delete(address(slug, `mutes/${userId}`))
  await refresh(mutesKey(slug))
}

export async function ban(slug: string, userId: string, reason: string) {
  await api.post(address(slug, 'bans'), { userId, reason })
  await refresh(bansKey(slug))
}

export async function liftBan(slug: string, userId: string) {
  await api.delete(address(slug, `bans/${userId}`))
  await refresh(bansKey(slug))
}
