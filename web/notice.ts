// Small notices in the corner.
import { notifications } from '@mantine/notifications'
import { errorMessage } from './wire.ts'

export const notify = (message: string) =>
  notifications.show({ message, autoClose: 4_000, withBorder: true })

export const notifyError = (error: unknown, title = 'That did not work') =>
  notifications.show({
    title,
    message: errorMessage(error),
    color: 'red',
    autoClose: 7_000,
    withBorder: true,
  })
