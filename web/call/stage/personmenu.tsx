// What a moderator may do about one person.
import { useState } from 'react'
import { ActionIcon, Menu } from '@mantine/core'
import { EllipsisVertical, MicOff, MonitorX, UserX, VideoOff } from 'lucide-react'
import { Confirm } from '../../confirm.tsx'
import { notifyError } from '../../notice.ts'
import { nameOf } from '../../people/names.ts'
import { useCall } from '../context.tsx'
import type { Item } from './arrange.ts'

export function PersonMenu({ item: { peerId, user, source, muted, producerId } }: { item: Item }) {
  const { session } = useCall()
  const [removing, setRemoving] = useState(false)
  if (!session) return null
  const { moderate } = session
  const attempt = (promise: Promise<void>) =>
    void promise.catch((error: unknown) => notifyError(error))
  return (
    <>
      <Menu position="bottom-end" width={210}>
        <Menu.Target>
          <ActionIcon
            size={30}
            variant="filled"
            color="dark"
            aria-label={`Moderate ${nameOf(user)}`}
          >
            <EllipsisVertical size={15} />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          {source === 'screen' ? (
            <Menu.Item
              leftSection={<MonitorX size={15} />}
              onClick={() => attempt(moderate.stopShare(peerId))}
            >
              Stop the share
            </Menu.Item>
          ) : (
            <>
              <Menu.Item
                leftSection={<MicOff size={15} />}
                disabled={muted}
                onClick={() => attempt(moderate.mute(peerId))}
              >
                Mute
              </Menu.Item>
              <Menu.Item
                leftSection={<VideoOff size={15} />}
                disabled={producerId === undefined}
                onClick={() => attempt(moderate.mute(peerId, 'camera'))}
              >
                Turn the camera off
              </Menu.Item>
              <Menu.Item
                color="red"
                leftSection={<UserX size={15} />}
                onClick={() => setRemoving(true)}
              >
                Remove from the call
              </Menu.Item>
            </>
          )}
        </Menu.Dropdown>
      </Menu>
      <Confirm
        opened={removing}
        title={`Remove ${nameOf(user)}?`}
        action="Remove from the call"
        onClose={() => setRemoving(false)}
        onConfirm={() => moderate.remove(peerId)}
      >
        {user.displayName} leaves the call at once, and cannot come back{' '}
        {user.guest ? 'unless somebody lets them in again' : 'for 5 minutes'}.
      </Confirm>
    </>
  )
}
