// Which keys do what: by F1 or the button with the question mark.
import { ActionIcon, Kbd, Modal, Tooltip } from '@mantine/core'
import { useDisclosure, useHotkeys } from '@mantine/hooks'
import { CircleHelp } from 'lucide-react'
import type { Preferences } from './preferences.ts'
import classes from './shortcuts.module.css'

const mac = /mac|iphone|ipad/i.test(navigator.userAgent)
const [mod, alt] = mac ? ['⌘', '⌥'] : ['Ctrl', 'Alt']

const groups: readonly { name: string; writes: boolean; keys: readonly [string, string][] }[] = [
  {
    name: 'Find',
    writes: false,
    keys: [
      [`${mod} F`, 'Find and replace'],
      [`${mod} G`, 'Next match'],
      [`${mod} ${alt} G`, 'Go to line'],
      [`${mod} D`, 'Select the next occurrence'],
      [`${mod} Shift L`, 'Select all occurrences'],
    ],
  },
  {
    name: 'Cursors',
    writes: false,
    keys: [
      [`${alt} Click`, 'Add a cursor'],
      [`${mod} ${alt} ↑ ↓`, 'Add a cursor above or below'],
      [`Shift ${alt} Drag`, 'Select a column'],
      ['Escape', 'Back to one cursor'],
    ],
  },
  {
    name: 'Write',
    writes: true,
    keys: [
      [`${mod} Z`, 'Take back your own last edit'],
      [`${mod} Shift Z`, 'Do it again'],
      [`${mod} /`, 'Comment or uncomment'],
      [`${alt} ↑ ↓`, 'Move lines'],
      [`Shift ${alt} ↑ ↓`, 'Copy lines'],
      [`${mod} Shift K`, 'Delete lines'],
      [mac ? '⌃ Space' : 'Ctrl Space', 'Complete the word'],
      ['Tab', 'Indent (Escape, then Tab: leave the text)'],
    ],
  },
  {
    name: 'View',
    writes: false,
    keys: [
      [mac ? '⌘ ⌥ [' : 'Ctrl Shift [', 'Fold'],
      [mac ? '⌘ ⌥ ]' : 'Ctrl Shift ]', 'Unfold'],
      [`${alt} W`, 'Close the tab'],
      [`${alt} PageUp PageDown`, 'Tab before or after'],
      ['F1', 'This list'],
    ],
  },
]

const notes: Readonly<Record<Preferences['keymap'], string>> = {
  default: '',
  vim: 'With Vim keys, Vim’s own come first: u takes back, Ctrl R does it again, / finds.',
  emacs: 'With Emacs keys, Emacs’ own come first: C-/ takes back, C-s finds, M-g goes to a line.',
}

interface Props {
  keymap: Preferences['keymap']
  readOnly: boolean
}

export function ShortcutsButton({ keymap, readOnly }: Props) {
  const [opened, { open, close }] = useDisclosure(false)
  useHotkeys([['F1', open]], [], true)
  return (
    <>
      <Tooltip label="Keyboard shortcuts (F1)">
        <ActionIcon aria-label="Keyboard shortcuts" onClick={open}>
          <CircleHelp size={16} />
        </ActionIcon>
      </Tooltip>
      <Modal opened={opened} onClose={close} title="Keyboard shortcuts" size="lg">
        {notes[keymap] && <p className={classes.note}>{notes[keymap]}</p>}
        <div className={classes.groups}>
          {groups
            .filter(({ writes }) => !writes || !readOnly)
            .map(({ name, keys }) => (
              <section key={name}>
                <h3 className={classes.name}>{name}</h3>
                <dl className={classes.keys}>
                  {keys.map(([key, does]) => (
                    <div key={key} className={classes.row}>
                      <dt>
                        {key.split(' ').map((part) => (
                          <Kbd key={part} size="xs">
                            {part}
                          </Kbd>
                        ))}
                      </dt>
                      <dd>{does}</dd>
                    </div>
                  ))}
                </dl>
              </section>
            ))}
        </div>
      </Modal>
    </>
  )
}
