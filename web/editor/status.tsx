// Whether what one wrote is safe. "Saved" is said only after the server has written it down.
import { Loader, Tooltip } from '@mantine/core'
import { Ban, Check, CloudAlert, CloudOff, Eye, HardDriveDownload } from 'lucide-react'
import { useRoomState } from '../room/context.tsx'
import { useStore } from '../store.ts'
import { documentChanges, openDocuments } from './documents.ts'
import { goneText, type DocumentState } from './state.ts'
import classes from './editor.module.css'

interface Words {
  text: string
  /** Where there is room */
  more?: string
  hint: string
  icon: React.ReactNode
  tone: 'quiet' | 'warning' | 'danger'
}

const spinner = <Loader size={12} color="currentColor" />

const refusals: Record<string, [text: string, hint: string]> = {
  PAYLOAD_TOO_LARGE: ['Full', 'The file is full: the server took none of your last changes.'],
  RATE_LIMITED: ['Waiting', 'Your edits cost the server too much for now; it is asked again.'],
  NOT_FOUND: ['Deleted', goneText],
}
const noAccess = ['No access', 'The server does not take changes to this file from you.'] as const

function offline({ unsaved, kept, keeping }: DocumentState): Words {
  if (unsaved && kept && keeping)
    return {
      text: 'Offline, keeping…',
      hint: 'Your changes are being written to this browser’s storage.',
      icon: spinner,
      tone: 'warning',
    }
  if (unsaved && kept)
    return {
      text: 'Offline.',
      more: 'Your changes are kept in this browser.',
      hint: 'Your changes are kept in this browser, also if you close it. They are saved when the server is back.',
      icon: <HardDriveDownload size={14} />,
      tone: 'warning',
    }
  if (unsaved)
    return {
      text: 'Offline, not saved',
      hint: 'Your changes are in this tab only: this browser has no room for them, or keeps nothing. Leave the tab open until the server is back, or copy them.',
      icon: <CloudOff size={14} />,
      tone: 'danger',
    }
  return {
    text: 'Offline',
    hint: kept
      ? 'The server cannot be reached. You can go on; changes are kept in this browser and saved when it is back.'
      : 'The server cannot be reached. You can go on, but this browser keeps nothing: leave the tab open.',
    icon: <CloudOff size={14} />,
    tone: 'warning',
  }
}

function words(state: DocumentState, readOnly: boolean): Words {
  switch (state.state) {
    case 'refused': {
      const [text, hint] = refusals[state.refusal?.code ?? ''] ?? noAccess
      return { text, hint, icon: <Ban size={14} />, tone: 'danger' }
    }
    case 'offline':
      return offline(state)
    case 'opening':
      return { text: 'Opening…', hint: 'Getting the newest text.', icon: spinner, tone: 'quiet' }
    case 'saving':
      if (state.unanswered)
        return {
          text: 'Not saved yet.',
          more: 'The server does not answer.',
          hint: state.kept
            ? 'Your last changes are on their way, and the server has not taken them for some seconds. They are kept in this browser meanwhile.'
            : 'Your last changes are on their way, and the server has not taken them for some seconds. Leave this tab open.',
          icon: <CloudAlert size={14} />,
          tone: 'warning',
        }
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

/** The other files that are not saved yet: what was left, and what earlier pages could not send. */
function useOthers(): string[] {
  useStore(documentChanges)
  return openDocuments()
    .filter((document) => !document.isShown() && document.get().unsaved)
    .map((document) => document.path() ?? 'a file')
}

export function SaveStatus({ state, readOnly }: { state: DocumentState; readOnly: boolean }) {
  // The room's socket may notice first that the network is gone: nothing is on its way then.
  const lost = useRoomState().state === 'offline' && state.state === 'saving'
  const now = lost ? { ...state, state: 'offline' as const } : state
  const { text, more: rest, hint, icon, tone } = words(now, readOnly)
  const others = useOthers()
  const more = `${others.length} other ${others.length === 1 ? 'file' : 'files'} not saved yet`
  return (
    <Tooltip
      label={others.length > 0 ? `${hint} ${more}: ${others.join(', ')}.` : hint}
      multiline
      maw={280}
      events={{ hover: true, focus: true, touch: true }}
    >
      <span
        className={classes.status}
        data-tone={tone}
        data-long={rest !== undefined}
        role="status"
      >
        {icon}
        <span>
          {text}
          {rest && ` ${rest}`}
        </span>
        {others.length > 0 && (
          <span className={classes.others} aria-label={more}>
            +{others.length}
          </span>
        )}
      </span>
    </Tooltip>
  )
}
