// One accent, quiet greys, system fonts. Our own surfaces are the variables in style.css.
import { createTheme, type MantineColorsTuple } from '@mantine/core'

const accent: MantineColorsTuple = [
  '#edf2ff',
  '#dae3fd',
  '#b3c5f7',
  '#89a4f2',
  '#6687ee',
  '#4f74eb',
  '#3563e9',
  '#2a53cf',
  '#2249bb',
  '#153ea6',
]

const dark: MantineColorsTuple = [
  '#d6d9de',
  '#b4b9c2',
  '#8d94a1',
  '#666d7a',
  '#3b404a',
  '#2d313a',
  '#20242b',
  '#16191f',
  '#101217',
  '#0b0d11',
]

export const sans =
  'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Helvetica Neue", Arial, sans-serif'
export const mono =
  'ui-monospace, "SF Mono", SFMono-Regular, Menlo, Consolas, "Liberation Mono", monospace'

export const theme = createTheme({
  colors: { accent, dark },
  primaryColor: 'accent',
  primaryShade: { light: 6, dark: 6 },
  fontFamily: sans,
  fontFamilyMonospace: mono,
  headings: { fontFamily: sans, fontWeight: '650' },
  defaultRadius: 'md',
  radius: { sm: '4px', md: '6px', lg: '10px' },
  cursorType: 'pointer',
  components: {
    Button: { defaultProps: { size: 'sm' } },
    Tooltip: { defaultProps: { openDelay: 400, withArrow: true, fz: 'xs' } },
    Modal: {
      defaultProps: { centered: true, radius: 'lg', closeButtonProps: { 'aria-label': 'Close' } },
      styles: { title: { fontSize: '16px', fontWeight: 650, lineHeight: 1.3 } },
    },
    EmptyState: { defaultProps: { size: 'sm', maw: 460, mx: 'auto' } },
    Menu: { defaultProps: { shadow: 'md', radius: 'lg' } },
    ActionIcon: { defaultProps: { variant: 'subtle', color: 'gray' } },
  },
})
