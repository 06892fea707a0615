// The bar of a room: where one is, who else is here, the call, and what concerns the project as a whole.
import { lazy, Suspense, useEffect } from 'react'
import { ActionIcon, Button, Loader, Tooltip } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import {
  CircleDot,
  Code,
  FileSearch,
  Lock,
  MessagesSquare,
  PanelRight,
  Settings,
  UserPlus,
} from 'lucide-react'
import { Link, useLocation, useRoute } from 'wouter'
import { useUser } from '../accounts/gate.tsx'
import { CallButton } from '../call/button.tsx'
import { useChats } from '../chat/context.ts'
import { Logo } from '../logo.tsx'
import { AvatarRow } from '../people/avatar.tsx'
import { UserMenu } from '../topbar.tsx'
import { useCan, useOpenProject, useRoomState } from './context.tsx'
import classes from './room.module.css'

const ProjectSettings = lazy(() =>
  import('../projects/settings.tsx').then((m) => ({ default: m.ProjectSettings })),
)
const InviteDialog = lazy(() =>
  import('../people/invite.tsx').then((m) => ({ default: m.InviteDialog })),
)

interface Props {
  phone: boolean
  sideOpen: boolean
  onToggleSide: () => void
  /** Somebody chose a page of the middle */
  onNavigate: () => void
  onQuickOpen: () => void
}

export function RoomHeader({ phone, sideOpen, onToggleSide, onNavigate, onQuickOpen }: Props) {
  const { project } = useOpenProject()
  const { state, present } = useRoomState()
  const can = useCan()
  const user = useUser()
  const [inviting, invite] = useDisclosure(false)
  const [changing, settings] = useDisclosure(false)
  return (
    <header className={classes.bar}>
      <Link href="/projects" className={classes.home} aria-label="All projects">
        <Logo size={22} />
      </Link>
      <Link href={`/p/${project.slug}`} className={classes.project} onClick={onNavigate}>
        <span className={classes.projectName}>{project.name}</span>
        {project.visibility === 'private' && <Lock size={13} aria-label="Private" />}
      </Link>
      <ProjectNav phone={phone} onNavigate={onNavigate} />
      <div className={classes.spacer} />
      <div className={classes.actions}>
        {state === 'offline' && (
          <span className={classes.offline} role="status">
            <Loader size={12} color="currentColor" />
            {!phone && 'Reconnecting…'}
          </span>
        )}
        {!phone && <AvatarRow users={present.filter(({ id }) => id !== user.id)} />}
        {!phone && <CallButton />}
        {!phone && can('project:manage_members') && (
          <Button
            size="compact-md"
            fz="sm"
            variant="default"
            leftSection={<UserPlus size={15} />}
            onClick={invite.open}
          >
            Invite
          </Button>
        )}
        {!phone && (
          <Tooltip label="Go to file (Ctrl+P)">
            <ActionIcon size="lg" aria-label="Go to file" onClick={onQuickOpen}>
              <FileSearch size={17} />
            </ActionIcon>
          </Tooltip>
        )}
        {can('project:write') && (
          <Tooltip label="Project settings">
            <ActionIcon size="lg" aria-label="Project settings" onClick={settings.open}>
              <Settings size={17} />
            </ActionIcon>
          </Tooltip>
        )}
        {!phone && (
          <Tooltip label={sideOpen ? 'Hide chat and people' : 'Show chat and people'}>
            <ActionIcon
              size="lg"
              aria-label="Chat and people"
              aria-pressed={sideOpen}
              onClick={onToggleSide}
            >
              <PanelRight size={17} />
            </ActionIcon>
          </Tooltip>
        )}
        <UserMenu />
      </div>
      <Suspense>
        {inviting && <InviteDialog opened onClose={invite.close} />}
        {changing && <ProjectSettings opened onClose={settings.close} />}
      </Suspense>
    </header>
  )
}

/** Where each project's code was left in this tab, so that going to its issues and back loses no place */
const lastCode = new Map<string, string>()

export function ProjectNav({ phone, onNavigate }: { phone: boolean; onNavigate: () => void }) {
  const { project } = useOpenProject()
  const [inIssues] = useRoute('/p/:slug/issues/*?')
  const [inChat] = useRoute('/p/:slug/chat/*?')
  const elsewhere = inIssues || inChat
  const { mentions } = useChats()
  const home = `/p/${project.slug}`
  const [path] = useLocation()
  useEffect(() => {
    if (!elsewhere) lastCode.set(project.slug, path)
  }, [elsewhere, project.slug, path])
  const code = elsewhere ? (lastCode.get(project.slug) ?? home) : home
  const visitor = !project.permissions.includes('room:join')
  const current = (is: boolean) => (is ? { 'aria-current': 'page' as const } : {})
  return (
    <nav className={classes.nav} aria-label="Project">
      <Link href={code} className={classes.navLink} onClick={onNavigate} {...current(!elsewhere)}>
        {!phone && <Code size={15} aria-hidden />}
        {visitor ? 'About' : 'Code'}
      </Link>
      <Link
        href={`${home}/issues`}
        className={classes.navLink}
        onClick={onNavigate}
        {...current(inIssues)}
      >
        {!phone && <CircleDot size={15} aria-hidden />}
        Issues
        {project.openIssueCount > 0 && !phone && (
          <span className={classes.count} title="Open issues">
            {project.openIssueCount}
          </span>
        )}
      </Link>
      {!visitor && !phone && (
        <Link
          href={`${home}/chat/general`}
          className={classes.navLink}
          onClick={onNavigate}
          {...current(inChat)}
        >
          <MessagesSquare size={15} aria-hidden />
          Chat
          {mentions > 0 && (
            <span className={classes.badge} role="img" aria-label={`${mentions} for you`}>
              {mentions > 99 ? '99+' : mentions}
            </span>
          )}
        </Link>
      )}
    </nav>
  )
}
