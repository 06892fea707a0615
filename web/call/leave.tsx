// The way out of a call where there is little room.
import { ActionIcon, Tooltip } from '@mantine/core'
import { PhoneOff } from 'lucide-react'
import { useCall } from './context.tsx'

/** @param size CSS pixels */
export function LeaveButton({ size }: { size: number }) {
  const { session } = useCall()
  return (
    <Tooltip label="Leave call">
      <ActionIcon
        size={size}
        radius="xl"
        variant="filled"
        color="red"
        aria-label="Leave call"
        onClick={() => session?.leave()}
      >
        <PhoneOff size={17} />
      </ActionIcon>
    </Tooltip>
  )
}
