// What is not needed all the time: layouts, full screen, a window of its own, statistics, keys.
import { lazy, Suspense, useEffect, useState } from 'react'
import { ActionIcon, Kbd, Menu, Modal, Table, Tooltip } from '@mantine/core'
import {
  Activity,
  Check,
  EllipsisVertical,
  Keyboard,
  Maximize,
  Minimize,
  PictureInPicture2,
  Settings2,
  Timer,
} from 'lucide-react'
import { notifyError } from '../notice.ts'
import { nameOf } from '../people/names.ts'
import { useCall } from './context.tsx'
import { ModeratorItems, useEnding } from './moderators.tsx'
import { canPip, type Pip } from './pip.tsx'
import { DeviceFields } from './preview/fields.tsx'
import { keys } from './shortcuts.ts'
import { StartStandup } from './standup/start.tsx'
import { layouts, type Item } from './stage/arrange.ts'
import type { StageView } from './stage/use.ts'

const GuestLinks = lazy(() =>
  import('../guests/links.tsx').then((m) => ({ default: m.GuestLinks })),
)

const layoutNames = {
  auto: 'Automatic',
  grid: 'Grid',
  speaker: 'Speaker',
  presentation: 'Presentation',
}

export interface MoreProps {
  view: StageView
  items: readonly Item[]
  full: boolean
  onFull: (full: boolean) => void
  onStatistics: () => void
  pip: Pip
}

export function MoreMenu({
  phone,
  view,
  items,
  full,
  onFull,
  onStatistics,
  pip,
}: MoreProps & { phone: boolean }) {
  const [dialog, setDialog] = useState<'keys' | 'devices' | 'standup' | 'guests' | null>(null)
  const { state, self, channelId } = useCall()
  const [opened, setOpened] = useState(false)
  const ending = useEnding()
  useFullScreen(full, onFull)
  const screens = items.filter(({ source }) => source === 'screen')
  const mark = (is: boolean) => (is ? <Check size={15} /> : <span style={{ width: 15 }} />)
  return (
    <>
      <Menu position="top" width={230} opened={opened} onChange={setOpened}>
        <Menu.Target>
          <Tooltip label="More" disabled={opened}>
            <ActionIcon size={40} radius="xl" aria-label="More about this call">
              <EllipsisVertical size={18} />
            </ActionIcon>
          </Tooltip>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Label>Layout</Menu.Label>
          {layouts.map((layout) => (
            <Menu.Item
              key={layout}
              leftSection={mark(view.layout === layout)}
              aria-current={view.layout === layout}
              onClick={() => view.setLayout(layout)}
            >
              {layoutNames[layout]}
            </Menu.Item>
          ))}
          {screens.length > 1 && <Menu.Label>Shared screens</Menu.Label>}
          {screens.length > 1 &&
            screens.map(({ key, self, user }) => (
              <Menu.Item
                key={key}
                leftSection={mark(view.pinned === key)}
                onClick={() => view.pin(key)}
              >
                {self ? 'Yours' : nameOf(user)}
              </Menu.Item>
            ))}
          <Menu.Divider />
          {document.fullscreenEnabled && (
            <Menu.Item
              leftSection={full ? <Minimize size={15} /> : <Maximize size={15} />}
              onClick={() => onFull(!full)}
            >
              {full ? 'Leave full screen' : 'Full screen'}
            </Menu.Item>
          )}
          {canPip() && (
            <Menu.Item
              leftSection={<PictureInPicture2 size={15} />}
              onClick={() => {
                if (pip.window) pip.close()
                else void pip.open().catch((error: unknown) => notifyError(error))
              }}
            >
              {pip.window ? 'Close the small window' : 'Picture in picture'}
            </Menu.Item>
          )}
          {phone && (
            <Menu.Item leftSection={<Settings2 size={15} />} onClick={() => setDialog('devices')}>
              Microphone and camera
            </Menu.Item>
          )}
          {!state.shared?.standup && !self.guest && (
            <Menu.Item leftSection={<Timer size={15} />} onClick={() => setDialog('standup')}>
              Start a standup
            </Menu.Item>
          )}
          <Menu.Item leftSection={<Activity size={15} />} onClick={onStatistics}>
            Statistics
          </Menu.Item>
          {!phone && (
            <Menu.Item leftSection={<Keyboard size={15} />} onClick={() => setDialog('keys')}>
              Keyboard shortcuts
            </Menu.Item>
          )}
          <ModeratorItems onEnd={ending.end} onGuests={() => setDialog('guests')} />
        </Menu.Dropdown>
      </Menu>
      {ending.dialog}
      <Suspense>
        {dialog === 'guests' && (
          <GuestLinks channelId={channelId} onClose={() => setDialog(null)} />
        )}
      </Suspense>
      {dialog === 'standup' && <StartStandup onClose={() => setDialog(null)} />}
      <Modal
        opened={dialog === 'devices'}
        onClose={() => setDialog(null)}
        title="Microphone and camera"
      >
        <DeviceFields />
      </Modal>
      <Modal
        opened={dialog === 'keys'}
        onClose={() => setDialog(null)}
        title="Keyboard shortcuts in a call"
      >
        <Shortcuts />
      </Modal>
    </>
  )
}

const shortcuts = [
  [keys.microphone, 'Mute or unmute the microphone'],
  [keys.camera, 'Turn the camera on or off'],
  [keys.talk, 'Talk while it is held, when muted'],
  [keys.hand, 'Raise or lower your hand'],
] as const

function Shortcuts() {
  return (
    <Table>
      <Table.Tbody>
        {shortcuts.map(([key, meaning]) => (
          <Table.Tr key={key}>
            <Table.Td>
              <Kbd>{key}</Kbd>
            </Table.Td>
            <Table.Td>{meaning}</Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  )
}

/** The whole page goes full screen, and the call covers it: menus and notices stay visible. */
function useFullScreen(full: boolean, onFull: (full: boolean) => void) {
  useEffect(() => {
    if (!full) return
    document.documentElement.requestFullscreen().catch((error: unknown) => {
      onFull(false)
      notifyError(error)
    })
    const look = () => {
      if (!document.fullscreenElement) onFull(false)
    }
    document.addEventListener('fullscreenchange', look)
    return () => {
      document.removeEventListener('fullscreenchange', look)
      if (document.fullscreenElement) void document.exitFullscreen()
      // Where the controls are gone for another reason, they begin without it.
      onFull(false)
    }
  }, [full, onFull])
}
