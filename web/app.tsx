// What every page stands in: theme, cache, session, socket, notices.
import { useEffect, useState, type ComponentType, type ReactNode } from 'react'
import { MantineProvider } from '@mantine/core'
import { Notifications } from '@mantine/notifications'
import { QueryClientProvider } from '@tanstack/react-query'
import { session, startSession } from './accounts/session.ts'
import { UnreachableBanner } from './banner.tsx'
import { Ringing } from './call/ring.tsx'
import { SocketProvider } from './connection.tsx'
import { keepPageOnDrop } from './drops.ts'
import { Notices } from './notices.tsx'
import { readyForOffline } from './offline/ready.ts'
import { startRemembering } from './offline/remembered.ts'
import { queryClient } from './query.ts'
import { Routes } from './routes.tsx'
import { useStore } from './store.ts'
import { theme } from './theme.ts'
import '@mantine/core/styles.css'
import '@mantine/notifications/styles.css'
import './style.css'

export function App() {
  return (
    <MantineProvider theme={theme} defaultColorScheme="auto">
      <QueryClientProvider client={queryClient}>
        <Notifications position="top-right" containerWidth={324} limit={4} />
        <Session>
          <UnreachableBanner />
          <Routes />
        </Session>
      </QueryClientProvider>
    </MantineProvider>
  )
}

function Session({ children }: { children: ReactNode }) {
  const now = useStore(session)
  const userId = now.state === 'signed-in' ? now.user.id : null
  useEffect(() => startSession(), [])
  useEffect(() => startRemembering(), [])
  useEffect(() => keepPageOnDrop(), [])
  // What one person may see is not for the next one.
  useEffect(() => () => queryClient.clear(), [userId])
  if (!userId) return children
  return (
    <SocketProvider key={userId}>
      <Notices />
      <Ringing />
      <Offline />
      {children}
    </SocketProvider>
  )
}

/** Milliseconds after which the page has loaded what it shows. */
const LATER = 2_000

/** What makes the page work without the server, once there is time for it. */
function Offline() {
  const [Unsaved, setUnsaved] = useState<ComponentType | null>(null)
  useEffect(() => {
    const timer = setTimeout(() => {
      void readyForOffline()
      // Without its chunk, nothing is shown; what is unsaved stays where it is.
      import('./editor/unsaved.tsx').then(
        ({ UnsavedEdits }) => setUnsaved(() => UnsavedEdits),
        () => undefined,
      )
    }, LATER)
    return () => clearTimeout(timer)
  }, [])
  return Unsaved && <Unsaved />
}
