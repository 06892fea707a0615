// The bar of pages outside of a room, and the menu of the signed-in person, which the room shows too.
import { useState, type ReactNode } from 'react'
import { Menu, SegmentedControl, Text, UnstyledButton, useMantineColorScheme } from '@mantine/core'
import { Cable, LogOut, Monitor, Moon, Settings, Sun } from 'lucide-react'
import { Link } from 'wouter'
import { useUser } from './accounts/gate.tsx'
import { signOut } from './accounts/session.ts'
import { Confirm } from './confirm.tsx'
import { listCopies, unkept } from './editor/copies.ts'
import { Logo } from './logo.tsx'
import { PersonAvatar } from './people/avatar.tsx'
import { StatusItems, statusNames, useOwnStatus } from './people/status.tsx'
import classes from './topbar.module.css'

export function TopBar({ children }: { children?: ReactNode }) {
  return (
    <header className={classes.bar}>
      <Link href="/projects" className={classes.home} aria-label="OpenLaunch, all projects">
        <Logo size={24} />
        <span className={classes.name}>OpenLaunch</span>
      </Link>
      <div className={classes.middle}>{children}</div>
      <UserMenu />
    </header>
  )
}

const schemes = [
  { value: 'auto', icon: Monitor, label: 'Follow the system' },
  { value: 'light', icon: Sun, label: 'Light' },
  { value: 'dark', icon: Moon, label: 'Dark' },
] as const

export function SchemeControl() {
  const { colorScheme, setColorScheme } = useMantineColorScheme()
  return (
    <SegmentedControl
      fullWidth
      size="xs"
      aria-label="Theme"
      value={colorScheme}
      onChange={(value) => setColorScheme(value as typeof colorScheme)}
      data={schemes.map(({ value, icon: Icon, label }) => ({
        value,
        label: (
          <span className={classes.scheme} title={label}>
            <Icon size={14} aria-hidden />
            <span className={classes.hidden}>{label}</span>
          </span>
        ),
      }))}
    />
  )
}

export function UserMenu() {
  const user = useUser()
  const status = useOwnStatus()
  const [unsaved, setUnsaved] = useState(0)
  const leave = async () => {
    const copies = await listCopies(user.id)
    const own = copies.filter((copy) => copy.userId === user.id && copy.unsaved)
    const files = new Set([...own.map(({ fileId }) => fileId), ...unkept])
    if (files.size > 0) setUnsaved(files.size)
    else await signOut()
  }
  const files = unsaved === 1 ? 'a file' : `${unsaved} files`
  return (
    <>
      <Menu width={220} position="bottom-end">
        <Menu.Target>
          <UnstyledButton
            aria-label="Account menu"
            title={`${user.displayName}, ${statusNames[status].toLowerCase()}`}
            className={classes.account}
          >
            <PersonAvatar user={user} status={status} title={false} />
          </UnstyledButton>
        </Menu.Target>
        <Menu.Dropdown>
          <div className={classes.person}>
            <Text fw={600} truncate>
              {user.displayName}
            </Text>
            <Text size="xs" c="var(--text-dim)" truncate>
              @{user.username}
            </Text>
          </div>
          <Menu.Divider />
          <StatusItems current={status} />
          <Menu.Divider />
          <Menu.Item component={Link} href="/settings" leftSection={<Settings size={15} />}>
            Profile and settings
          </Menu.Item>
          <Menu.Item component={Link} href="/connection" leftSection={<Cable size={15} />}>
            Connection test
          </Menu.Item>
          <div className={classes.person}>
            <SchemeControl />
          </div>
          <Menu.Divider />
          <Menu.Item leftSection={<LogOut size={15} />} onClick={() => void leave()}>
            Sign out
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      <Confirm
        opened={unsaved > 0}
        title="Some changes are not saved yet"
        action="Sign out and lose them"
        onConfirm={signOut}
        onClose={() => setUnsaved(0)}
      >
        {`Your last changes to ${files} are only in this browser, which forgets them when you sign out. Stay until the server has saved them, or copy what you need.`}
      </Confirm>
    </>
  )
}
