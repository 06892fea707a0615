// The one socket of this tab, for as long as somebody is signed in.
import { createContext, useContext, useEffect, useState, type ReactNode } from 'react'
import { createSocket, type AppSocket } from './socket.ts'
import { createStore, useStore } from './store.ts'

const SocketContext = createContext<AppSocket | null>(null)

export function SocketProvider({ children }: { children: ReactNode }) {
  const [opened] = useState(() => createStore<AppSocket | null>(null))
  useEffect(() => {
    const socket = createSocket()
    opened.set(socket)
    return () => socket.close()
  }, [opened])
  return <SocketContext value={useStore(opened)}>{children}</SocketContext>
}

/** null while nobody is signed in. */
export const useOptionalSocket = () => useContext(SocketContext)
