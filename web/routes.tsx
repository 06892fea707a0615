// Every page of the application, by address.
import { lazy, Suspense } from 'react'
import { Button, EmptyState } from '@mantine/core'
import { Compass } from 'lucide-react'
import { Link, Redirect, Route, Switch, useLocation } from 'wouter'
import { AccountForm } from './accounts/form.tsx'
import { RequireSession, Starting } from './accounts/gate.tsx'
import { ErrorBoundary } from './boundary.tsx'
import { useTitle } from './title.ts'

const ProjectsPage = lazy(() =>
  import('./projects/page.tsx').then((m) => ({ default: m.ProjectsPage })),
)
const RoomPage = lazy(() => import('./room/page.tsx').then((m) => ({ default: m.RoomPage })))
const InvitationPage = lazy(() =>
  import('./projects/invitation.tsx').then((m) => ({ default: m.InvitationPage })),
)
const GuestPage = lazy(() => import('./guests/page.tsx').then((m) => ({ default: m.GuestPage })))
const SettingsPage = lazy(() =>
  import('./users/settings.tsx').then((m) => ({ default: m.SettingsPage })),
)
const ConnectionPage = lazy(() =>
  import('./probe/page.tsx').then((m) => ({ default: m.ConnectionPage })),
)

export function Routes() {
  const [location] = useLocation()
  return (
    <ErrorBoundary resetKey={location}>
      <Suspense fallback={<Starting />}>
        <Switch>
          <Route path="/login">
            <AccountForm key="login" kind="login" />
          </Route>
          <Route path="/register">
            <AccountForm key="register" kind="register" />
          </Route>
          <Route path="/invite/:token">{({ token }) => <InvitationPage token={token} />}</Route>
          <Route path="/guest/:token">
            {({ token }) => <GuestPage key={token} token={token} />}
          </Route>
          <Route path="/">
            <Redirect to="/projects" replace />
          </Route>
          <Route path="/projects">
            <RequireSession>
              <ProjectsPage />
            </RequireSession>
          </Route>
          <Route path="/settings">
            <RequireSession>
              <SettingsPage />
            </RequireSession>
          </Route>
          <Route path="/connection">
            <RequireSession>
              <ConnectionPage />
            </RequireSession>
          </Route>
          <Route path="/p/:slug/*?">
            {({ slug }) => (
              <RequireSession>
                <RoomPage slug={slug} />
              </RequireSession>
            )}
          </Route>
          <Route>
            <NotFound />
          </Route>
        </Switch>
      </Suspense>
    </ErrorBoundary>
  )
}

function NotFound() {
  useTitle('Not found')
  return (
    <EmptyState
      mt="16vh"
      icon={<Compass />}
      title="There is nothing here"
      description="The address is mistyped, or what was here is gone."
    >
      <Button component={Link} href="/projects">
        Go to projects
      </Button>
    </EmptyState>
  )
}
