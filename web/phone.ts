// Where there is room for one thing only; style sheets have the same width.
import { useMediaQuery } from '@mantine/hooks'

export const usePhone = () =>
  useMediaQuery('(max-width: 860px)', false, { getInitialValueInEffect: false })
