// What needs a signed-in person stands behind this; others are sent to sign in and brought back afterwards.
import type { ReactNode } from 'react'
import { Center, Loader } from '@mantine/core'
import { Redirect, useLocation, useSearch } from 'wouter'
import type { PrivateUser } from '../../server/users/schema.ts'
import { useStore } from '../store.ts'
import { session } from './session.ts'

export function RequireSession({ children }: { children: ReactNode }) {
  const now = useStore(session)
  const [location] = useLocation()
  const search = useSearch()
  if (now.state === 'starting') return <Starting />
  if (now.state === 'signed-out') {
    const next = location + (search ? `?${search}` : '')
    const target =
      location === '/' || location === '/projects' ? '' : `?next=${encodeURIComponent(next)}`
    return <Redirect to={`/login${target}`} replace />
  }
  return children
}

export function Starting() {
  return (
    <Center h="60vh">
      <Loader size="sm" aria-label="Loading" />
    </Center>
  )
}

/** Only below RequireSession. */
export function useUser(): PrivateUser {
  const now = useStore(session)
  if (now.state !== 'signed-in') throw new Error('Nobody is signed in')
  return now.user
}
