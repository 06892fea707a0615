// Below the text: where the cursor is, how the text is indented, how its lines end, its language.
import type { ReactNode } from 'react'
import { Menu, Select, Popover, UnstyledButton } from '@mantine/core'
import { gotoLine } from '@codemirror/search'
import { useStore } from '../store.ts'
import { changeLineEnds, type Facts } from './facts.ts'
import { languageNames } from './languages.ts'
import type { CodeEditor } from './view.ts'
import classes from './bar.module.css'

interface Props {
  editor: CodeEditor
  readOnly: boolean
  /** null: what the name of the file says */
  chosenLanguage: string | null
  onLanguage: (language: string | null) => void
}

export function EditorBar({ editor, readOnly, chosenLanguage, onLanguage }: Props) {
  const facts = useStore(editor.facts)
  const { line, column, selected, cursors, language } = facts
  return (
    <div className={classes.bar} role="group" aria-label="About the text">
      <UnstyledButton
        className={classes.item}
        title="Go to line"
        onClick={() => gotoLine(editor.view)}
      >
        Ln {line}, Col {column}
      </UnstyledButton>
      {selected > 0 && <span className={classes.fact}>{selected} selected</span>}
      {cursors > 1 && <span className={classes.fact}>{cursors} cursors</span>}
      {readOnly && <span className={classes.readOnly}>Read-only</span>}
      <span className={classes.space} />
      <IndentationMenu editor={editor} facts={facts} />
      <LineEndsMenu editor={editor} facts={facts} readOnly={readOnly} />
      <Popover position="top-end" shadow="md" radius="lg" trapFocus returnFocus>
        <Popover.Target>
          <UnstyledButton className={classes.item} title="Language">
            {language ?? 'Plain text'}
          </UnstyledButton>
        </Popover.Target>
        <Popover.Dropdown p="xs">
          <Select
            aria-label="Language"
            placeholder="As the name says"
            data={languageNames}
            value={chosenLanguage}
            onChange={onLanguage}
            searchable
            clearable
            defaultDropdownOpened
            nothingFoundMessage="No such language"
            comboboxProps={{ withinPortal: false }}
          />
        </Popover.Dropdown>
      </Popover>
    </div>
  )
}

function BarMenu({ name, title, children }: { name: string; title: string; children: ReactNode }) {
  return (
    <Menu position="top-end" width={200}>
      <Menu.Target>
        <UnstyledButton className={classes.item} title={title}>
          {name}
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>{children}</Menu.Dropdown>
    </Menu>
  )
}

function IndentationMenu({ editor, facts }: { editor: CodeEditor; facts: Facts }) {
  const { tabs, width } = facts.indentation
  return (
    <BarMenu name={`${tabs ? 'Tabs' : 'Spaces'}: ${width}`} title="Indentation">
      {[true, false].map((ofTabs) => (
        <Menu.Item
          key={String(ofTabs)}
          aria-checked={ofTabs === tabs}
          onClick={() => editor.setIndentation({ tabs: ofTabs, width })}
        >
          Indent with {ofTabs ? 'tabs' : 'spaces'}
        </Menu.Item>
      ))}
      <Menu.Divider />
      {[2, 3, 4, 8].map((next) => (
        <Menu.Item
          key={next}
          aria-checked={next === width}
          onClick={() => editor.setIndentation({ tabs, width: next })}
        >
          {next} columns
        </Menu.Item>
      ))}
    </BarMenu>
  )
}

interface LineEndsProps {
  editor: CodeEditor
  facts: Facts
  readOnly: boolean
}

function LineEndsMenu({ editor, facts, readOnly }: LineEndsProps) {
  if (readOnly) return <span className={classes.fact}>{facts.lineEnds}</span>
  return (
    <BarMenu name={facts.lineEnds} title="Line ends">
      {(['LF', 'CRLF'] as const).map((ends) => (
        <Menu.Item
          key={ends}
          disabled={facts.lineEnds === ends}
          onClick={() => changeLineEnds(editor.view, ends)}
        >
          {ends === 'LF' ? 'LF (Linux, macOS)' : 'CRLF (Windows)'}
        </Menu.Item>
      ))}
    </BarMenu>
  )
}
