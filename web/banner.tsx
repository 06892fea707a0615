// Says so when the server cannot be reached. Short interruptions, such as a restart behind a proxy, stay unmentioned.
import { useEffect, useState } from 'react'
import { Loader } from '@mantine/core'
import { useOptionalSocket } from './connection.tsx'
import { createStore, useStore } from './store.ts'
import { reachable } from './wire.ts'
import classes from './banner.module.css'

const none = createStore('connected' as const)

export function UnreachableBanner() {
  const socket = useOptionalSocket()
  const connection = useStore(socket?.connection ?? none)
  const answered = useStore(reachable)
  // A connected socket knows better than a request that failed some time ago.
  const away = socket ? connection === 'offline' : !answered
  const [shown, setShown] = useState(false)
  useEffect(() => {
    const timer = setTimeout(() => setShown(away), away ? 2_000 : 0)
    return () => clearTimeout(timer)
  }, [away])
  if (!shown) return null
  return (
    <div className={classes.banner} role="alert">
      <Loader size={14} color="currentColor" />
      <span>
        The server cannot be reached.
        <span className={classes.more}> You can go on in open files.</span>
      </span>
    </div>
  )
}
