// Whether what one wrote is safe. "Saved" is said only after the server has written it down.
import { Loader, Tooltip } from '@mantine/core'
import { Ban, Check, CloudOff, Eye } from 'lucide-react'
import { useRoomState } from '../room/context.tsx'
import type { DocumentState } from './documents.ts'
import classes from './editor.module.css'

interface Words {
  text: string
  hint: string
  icon: React.ReactNode
  tone: 'quiet' | 'warning' | 'danger'
}

const spinner = <Loader size={12} color="currentColor" />

function words({ state, unsaved }: DocumentState, readOnly: boolean): Words {
  switch (state) {
    case 'refused':
      return {
        text: 'No access',
        hint: 'The server does not take changes to this file from you.',
        icon: <Ban size={14} />,
        tone: 'danger',
      }
    case 'offline':
      return {
        text: unsaved ? 'Offline, not saved' : 'Reconnecting…',
        hint: unsaved
          ? 'Your changes are in this tab only. They are saved when the connection is back.'
          : 'The connection was lost. You can go on; changes are sent when it is back.',
        icon: <CloudOff size={14} />,
        tone: 'warning',
      }
    case 'opening':
      return { text: 'Opening…', hint: 'Getting the newest text.', icon: spinner, tone: 'quiet' }
    case 'saving':
      return {
        text: 'Saving…',
        hint: 'Sent, but not yet written to the server’s disk.',
        icon: spinner,
        tone: 'quiet',
      }
    case 'saved':
      return readOnly
        ? {
            text: 'Read-only',
            hint: 'Your role lets you read along. Ask a maintainer to write.',
            icon: <Eye size={14} />,
            tone: 'quiet',
          }
        : {
            text: 'Saved',
            hint: 'Everything is written to the server’s disk.',
            icon: <Check size={14} />,
            tone: 'quiet',
          }
  }
}

export function SaveStatus({ state, readOnly }: { state: DocumentState; readOnly: boolean }) {
  // The room's socket may notice first that the network is gone: nothing is on its way then.
  const lost = useRoomState().state === 'offline' && state.state === 'saving'
  const { text, hint, icon, tone } = words(lost ? { ...state, state: 'offline' } : state, readOnly)
  return (
    <Tooltip label={hint} multiline maw={260}>
      <span className={classes.status} data-tone={tone} role="status">
        {icon}
        {text}
      </span>
    </Tooltip>
  )
}
