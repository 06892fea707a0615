// Status and priority as people see them.
import {
  CircleCheck,
  CircleDot,
  CircleDotDashed,
  Equal,
  ChevronDown,
  ChevronsUp,
  ChevronUp,
} from 'lucide-react'
import type { Issue } from '../../server/issues/schema.ts'

type Status = Issue['status']
type Priority = Issue['priority']

export const statusNames: Record<Status, string> = {
  open: 'Open',
  in_progress: 'In progress',
  closed: 'Closed',
}
export const priorityNames: Record<Priority, string> = {
  urgent: 'Urgent',
  high: 'High',
  medium: 'Medium',
  low: 'Low',
}

const statusSigns = {
  open: { icon: CircleDot, color: 'var(--online)' },
  in_progress: { icon: CircleDotDashed, color: 'var(--warning)' },
  closed: { icon: CircleCheck, color: 'var(--text-faint)' },
}
const prioritySigns = {
  urgent: { icon: ChevronsUp, color: 'var(--danger)' },
  high: { icon: ChevronUp, color: 'var(--warning)' },
  medium: { icon: Equal, color: 'var(--text-faint)' },
  low: { icon: ChevronDown, color: 'var(--text-faint)' },
}

export function StatusSign({ status, size = 16 }: { status: Status; size?: number }) {
  const { icon: Icon, color } = statusSigns[status]
  return <Icon size={size} color={color} role="img" aria-label={statusNames[status]} />
}

export function PrioritySign({ priority }: { priority: Priority }) {
  const { icon: Icon, color } = prioritySigns[priority]
  return (
    <span title={`${priorityNames[priority]} priority`} style={{ display: 'grid', flex: 'none' }}>
      <Icon size={16} color={color} role="img" aria-label={`${priorityNames[priority]} priority`} />
    </span>
  )
}

/** A label has the same colour everywhere. */
export function labelHue(label: string): number {
  let hash = 7
  for (const character of label) hash = (hash * 33 + (character.codePointAt(0) ?? 0)) >>> 0
  return hash % 360
}
