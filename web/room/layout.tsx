// The room: files, the page in the middle with the call above it, chat and people. On a phone one of them at a time.
import { lazy, Suspense, useState } from 'react'
import { Button, EmptyState, Loader } from '@mantine/core'
import { useLocalStorage } from '@mantine/hooks'
import { DoorClosed } from 'lucide-react'
import { Link, Redirect, Route, Switch, useLocation, useRoute } from 'wouter'
import { ErrorBoundary } from '../boundary.tsx'
import { CallProvider } from '../call/context.tsx'
import { CallPanel } from '../call/panel.tsx'
import { useUser } from '../accounts/gate.tsx'
import { usePagePlace } from '../chat/location.ts'
import { usePerson } from '../chat/people.ts'
import { firstChannel, type Place } from '../chat/place.ts'
import { Follower } from '../editor/follower.tsx'
import { FilesPanel } from '../files/panel.tsx'
import { useFileShortcuts } from '../files/shortcuts.ts'
import { usePhone } from '../phone.ts'
import { useOpenProject, useRoomState } from './context.tsx'
import { RoomHeader } from './header.tsx'
import { CodeStart } from './start.tsx'
import { usePresence } from './place.ts'
import { SidePanel, type SideTab } from './side.tsx'
import { BottomTabs, type PhoneTab } from './tabs.tsx'
import classes from './room.module.css'

const FilePage = lazy(() => import('../editor/page.tsx').then((m) => ({ default: m.FilePage })))
const HistoryPage = lazy(() =>
  import('../history/page.tsx').then((m) => ({ default: m.HistoryPage })),
)
const ChatPage = lazy(() => import('../chat/page.tsx').then((m) => ({ default: m.ChatPage })))
const QuickOpen = lazy(() =>
  import('../files/quickopen.tsx').then((m) => ({ default: m.QuickOpen })),
)
const IssuesPage = lazy(() => import('../issues/page.tsx').then((m) => ({ default: m.IssuesPage })))
const IssuePage = lazy(() => import('../issues/issue.tsx').then((m) => ({ default: m.IssuePage })))

export function RoomLayout() {
  const { project, room, socket } = useOpenProject()
  const user = useUser()
  const person = usePerson()
  const [path] = useLocation()
  usePresence(room)
  const { state, refusal } = useRoomState()
  const phone = usePhone()
  // Going to another page, from wherever, shows it.
  const [choice, setChoice] = useState<{ tab: PhoneTab; path: string } | null>(null)
  const { place: pagePlace, go } = usePagePlace()
  const inChat = pagePlace !== null
  const phoneTab = choice?.path === path ? choice.tab : inChat ? 'chat' : 'main'
  const setPhoneTab = (tab: PhoneTab) => setChoice({ tab, path })
  const [sideTab, setSideTab] = useState<SideTab>('chat')
  // Where the chat beside the page is; on the chat's own page the address says it.
  const [place, setPlace] = useState<Place>(firstChannel)
  const [sideOpen, setSideOpen] = useLocalStorage({
    key: 'openlaunch.side',
    defaultValue: true,
    getInitialValueInEffect: false,
  })
  const [inIssues] = useRoute('/p/:slug/issues/*?')
  const [quick, setQuick] = useState(false)
  const [, navigate] = useLocation()
  useFileShortcuts({
    slug: project.slug,
    onQuickOpen: () => setQuick(true),
    onSearch() {
      if (inIssues || inChat) navigate(`/p/${project.slug}`)
      if (phone) setPhoneTab('files')
    },
  })
  if (state === 'refused') return <Refused reason={refusal} />
  const side: SideTab | null = phone
    ? phoneTab === 'chat' || phoneTab === 'people'
      ? phoneTab
      : null
    : sideOpen
      ? inChat
        ? 'people'
        : sideTab
      : null
  const home = `/p/${project.slug}`
  const showChannel = (channelId: string) => {
    const to: Place = { view: 'channel', channelId }
    if (inChat) return go(to)
    setPlace(to)
    setSideTab('chat')
    if (phone) setPhoneTab('chat')
  }
  return (
    <CallProvider projectId={project.id} socket={socket} self={user} home={home} personOf={person}>
      <div
        className={classes.room}
        data-tab={phone ? phoneTab : 'all'}
        data-files={!inIssues && !inChat}
        data-side={sideOpen}
      >
        <RoomHeader
          phone={phone}
          sideOpen={sideOpen}
          onToggleSide={() => setSideOpen(!sideOpen)}
          onNavigate={() => setPhoneTab('main')}
          onQuickOpen={() => setQuick(true)}
        />
        <nav className={classes.files} aria-label="Files">
          <FilesPanel onOpen={() => setPhoneTab('main')} onQuickOpen={() => setQuick(true)} />
        </nav>
        <section className={classes.call} aria-label="Call">
          <CallPanel phone={phone} shown={phoneTab === 'call'} onShow={() => setPhoneTab('call')} />
        </section>
        <main className={classes.main}>
          <Follower />
          <ErrorBoundary resetKey={path}>
            <Suspense fallback={<Loader size="sm" m="xl" aria-label="Loading" />}>
              <Switch>
                <Route path="/p/:slug">
                  <CodeStart
                    phone={phone}
                    onBrowse={() => setPhoneTab('files')}
                    onQuickOpen={() => setQuick(true)}
                  />
                </Route>
                <Route path="/p/:slug/files/:fileId">
                  {({ fileId }) => <FilePage key={fileId} fileId={fileId} />}
                </Route>
                <Route path="/p/:slug/files/:fileId/history">
                  {({ fileId }) => <HistoryPage key={fileId} fileId={fileId} />}
                </Route>
                <Route path="/p/:slug/chat/:part?">
                  {phone ? (
                    <CodeStart
                      phone
                      onBrowse={() => setPhoneTab('files')}
                      onQuickOpen={() => setQuick(true)}
                    />
                  ) : (
                    <ChatPage />
                  )}
                </Route>
                <Route path="/p/:slug/issues">
                  <IssuesPage />
                </Route>
                <Route path="/p/:slug/issues/:number">
                  {({ number }) => <IssuePage key={number} number={Number(number)} />}
                </Route>
                <Route>
                  <Redirect to={home} replace />
                </Route>
              </Switch>
            </Suspense>
          </ErrorBoundary>
        </main>
        <aside
          className={classes.side}
          aria-label="Chat and people"
          // A link to the page that is open already changes nothing but what is seen.
          onClick={(event) => {
            const link = (event.target as Element).closest('a[href^="/p/"]')
            if (link && !link.getAttribute('href')?.includes('/chat')) setPhoneTab('main')
          }}
        >
          <SidePanel
            shown={side}
            phone={phone}
            onChange={setSideTab}
            onChannel={showChannel}
            chat={
              inChat && !phone ? null : { place: pagePlace ?? place, onGo: inChat ? go : setPlace }
            }
          />
        </aside>
        {phone && (
          <BottomTabs value={phoneTab} onChange={setPhoneTab} main={inIssues ? 'Issues' : 'Code'} />
        )}
        <Suspense>
          {quick && (
            <QuickOpen onOpen={() => setPhoneTab('main')} onClose={() => setQuick(false)} />
          )}
        </Suspense>
      </div>
    </CallProvider>
  )
}

function Refused({ reason }: { reason: string | null }) {
  return (
    <EmptyState
      mt="16vh"
      role="alert"
      icon={<DoorClosed />}
      title="You are not in this room any more"
      description={reason ?? 'Your access to this project has changed.'}
    >
      <Button component={Link} href="/projects">
        Go to projects
      </Button>
    </EmptyState>
  )
}
