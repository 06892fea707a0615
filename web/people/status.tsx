// What one says of oneself: online, away or busy. It holds on all devices until it is changed.
import { useEffect } from 'react'
import { Menu } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Check } from 'lucide-react'
import { chosenStatuses, type ChosenStatus, type Status } from '../../protocol/presence.ts'
import { useUser } from '../accounts/gate.tsx'
import { api } from '../api.ts'
import { useOptionalSocket } from '../connection.tsx'
import { notifyError } from '../notice.ts'
import { queryClient } from '../query.ts'
import { StatusDot } from './avatar.tsx'
import classes from './people.module.css'

export const statusNames: Record<Status, string> = {
  online: 'Online',
  away: 'Away',
  busy: 'Busy',
  offline: 'Offline',
}

const path = '/users/me/status'
const key = ['status']

export function useOwnStatus(): ChosenStatus {
  const user = useUser()
  const socket = useOptionalSocket()
  const { data } = useQuery({
    queryKey: key,
    queryFn: () => api.get<{ status: ChosenStatus }>(path),
  })
  // It may have been chosen on another device.
  useEffect(
    () =>
      socket?.on('presence_changed', (news) => {
        if (news.user.id === user.id) void queryClient.invalidateQueries({ queryKey: key })
      }),
    [socket, user.id],
  )
  return data?.status ?? 'online'
}

async function choose(status: ChosenStatus) {
  const before = queryClient.getQueryData(key)
  queryClient.setQueryData(key, { status })
  try {
    await api.patch(path, { status })
  } catch (error) {
    queryClient.setQueryData(key, before)
    notifyError(error, 'Your status was not changed')
  }
}

export function StatusItems({ current }: { current: ChosenStatus }) {
  return (
    <>
      <Menu.Label>Your status</Menu.Label>
      {chosenStatuses.map((status) => (
        <Menu.Item
          key={status}
          aria-checked={status === current}
          closeMenuOnClick={false}
          leftSection={
            <span className={classes.statusDot}>
              <StatusDot status={status} />
            </span>
          }
          rightSection={status === current && <Check size={15} />}
          onClick={() => void choose(status)}
        >
          {statusNames[status]}
        </Menu.Item>
      ))}
    </>
  )
}
