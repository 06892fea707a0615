// The choices of one person about all their texts.
import {
  ActionIcon,
  NativeSelect,
  NumberInput,
  Popover,
  SegmentedControl,
  Stack,
  Switch,
  Tooltip,
} from '@mantine/core'
import { Settings2 } from 'lucide-react'
import { useStore } from '../store.ts'
import { themeNames, themeTitles, type ThemeName } from './themes.ts'
import type { Preferences, preferencesOf } from './preferences.ts'

const keymaps = [
  { value: 'default', label: 'Default' },
  { value: 'vim', label: 'Vim' },
  { value: 'emacs', label: 'Emacs' },
]
const themes = themeNames.map((value) => ({ value, label: themeTitles[value] }))

export function EditorSettings({ store }: { store: ReturnType<typeof preferencesOf> }) {
  const { keymap, theme, fontSize, wrap, guides, tabSize } = useStore(store)
  return (
    <Popover position="bottom-end" width={270} shadow="md" radius="lg" trapFocus returnFocus>
      <Popover.Target>
        <Tooltip label="Editor settings">
          <ActionIcon aria-label="Editor settings">
            <Settings2 size={16} />
          </ActionIcon>
        </Tooltip>
      </Popover.Target>
      <Popover.Dropdown aria-label="Editor settings">
        <Stack gap="sm">
          <SegmentedControl
            fullWidth
            size="xs"
            aria-label="Keys"
            data={keymaps}
            value={keymap}
            onChange={(value) => store.change({ keymap: value as Preferences['keymap'] })}
          />
          <NativeSelect
            label="Theme"
            size="xs"
            data={themes}
            value={theme}
            onChange={(event) => store.change({ theme: event.currentTarget.value as ThemeName })}
          />
          <NumberInput
            label="Font size"
            size="xs"
            min={9}
            max={32}
            clampBehavior="strict"
            value={fontSize}
            onChange={(value) => {
              if (typeof value === 'number' && value >= 9) store.change({ fontSize: value })
            }}
          />
          <NumberInput
            label="Tab size"
            description="Where the text does not show its own"
            size="xs"
            min={1}
            max={8}
            clampBehavior="strict"
            value={tabSize}
            onChange={(value) => {
              if (typeof value === 'number' && value >= 1) store.change({ tabSize: value })
            }}
          />
          <Switch
            label="Wrap long lines"
            size="sm"
            checked={wrap}
            onChange={(event) => store.change({ wrap: event.currentTarget.checked })}
          />
          <Switch
            label="Indentation guides"
            size="sm"
            checked={guides}
            onChange={(event) => store.change({ guides: event.currentTarget.checked })}
          />
        </Stack>
      </Popover.Dropdown>
    </Popover>
  )
}
