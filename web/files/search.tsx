// Search in all files, in the place of the tree: what was found by file, and a click goes to the line.
import { useEffect, useRef, useState, type KeyboardEvent, type ReactNode } from 'react'
import { ActionIcon, EmptyState, Loader, TextInput, Tooltip } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { CaseSensitive, Regex, SearchX, WholeWord, X } from 'lucide-react'
import { Link } from 'wouter'
import { useUser } from '../accounts/gate.tsx'
import { readRefusal } from '../fields.ts'
import { usePhone } from '../phone.ts'
import { useOpenProject } from '../room/context.tsx'
import { errorMessage } from '../wire.ts'
import { filePath } from './actions.tsx'
import { changeExplorer, useExplorer } from './explorer.ts'
import { useSearch, noQuestion, type FoundFile, type Question } from './found.ts'
import { excerpt } from './excerpt.ts'
import { FileIcon } from './icon.tsx'
import { folderOf, nameOf } from './tree.ts'
import panelClasses from './panel.module.css'
import classes from './search.module.css'

/** Characters before a match: beside the text there is one line for each, on a phone three. */
const LEAD = { column: 12, phone: 48 }

/** Kept while the page is open: who comes back from a result finds the others again. */
const lastAsked = new Map<string, Question>()

export function SearchPanel({ onOpen }: { onOpen: () => void }) {
  const { project } = useOpenProject()
  const { slug } = project
  const { asked } = useExplorer(slug)
  const asker = `${useUser().id}/${slug}`
  const [question, setQuestion] = useState(lastAsked.get(asker) ?? noQuestion)
  const [settled] = useDebouncedValue(question, 250)
  const input = useRef<HTMLInputElement>(null)
  const panel = useRef<HTMLDivElement>(null)
  const { data, error, isFetching } = useSearch(slug, settled)
  const { fields } = readRefusal(error, ['q'])
  useEffect(() => {
    input.current?.focus()
    input.current?.select()
  }, [asked])
  const change = (part: Partial<Question>) => {
    const next = { ...question, ...part }
    lastAsked.set(asker, next)
    setQuestion(next)
  }
  const close = () => changeExplorer(slug, { view: 'tree' })
  /** Arrows walk from the field through what was found. */
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Escape') return close()
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
    if (!step || !panel.current) return
    const stops = [...panel.current.querySelectorAll<HTMLElement>('[data-stop]')]
    const at = stops.indexOf(document.activeElement as HTMLElement)
    if (at < 0) return
    event.preventDefault()
    stops[at + step]?.focus()
  }
  const toggle = (name: 'case' | 'word' | 'regex', label: string, icon: ReactNode) => (
    <Tooltip label={label}>
      <ActionIcon
        size="sm"
        variant={question[name] ? 'light' : 'subtle'}
        color={question[name] ? 'accent' : 'gray'}
        aria-label={label}
        aria-pressed={question[name]}
        onClick={() => change({ [name]: !question[name] })}
      >
        {icon}
      </ActionIcon>
    </Tooltip>
  )
  return (
    <div
      ref={panel}
      className={classes.panel}
      role="search"
      aria-label="Search in files"
      onKeyDown={onKeyDown}
    >
      <div className={panelClasses.head}>
        <h2 className={panelClasses.title}>Search</h2>
        <Tooltip label="Back to the files">
          <ActionIcon aria-label="Close search" onClick={close}>
            <X size={16} />
          </ActionIcon>
        </Tooltip>
      </div>
      <div className={classes.fields}>
        <TextInput
          ref={input}
          size="xs"
          aria-label="Search for"
          placeholder={question.regex ? 'Regular expression' : 'Text in all files'}
          data-stop
          spellCheck={false}
          autoCapitalize="none"
          autoComplete="off"
          value={question.q}
          error={error ? (fields['q'] ?? errorMessage(error)) : undefined}
          rightSectionWidth={84}
          rightSection={
            <span className={classes.toggles}>
              {toggle('case', 'Match case', <CaseSensitive size={15} />)}
              {toggle('word', 'Whole words', <WholeWord size={15} />)}
              {toggle('regex', 'Regular expression', <Regex size={14} />)}
            </span>
          }
          onChange={(event) => change({ q: event.currentTarget.value })}
        />
        <TextInput
          size="xs"
          aria-label="Only in"
          placeholder="Only in, such as src/**/*.ts"
          spellCheck={false}
          autoCapitalize="none"
          autoComplete="off"
          value={question.include}
          onChange={(event) => change({ include: event.currentTarget.value })}
        />
      </div>
      <div className={classes.status} role="status">
        {isFetching ? <Loader size={12} aria-label="Searching" /> : data && describe(data)}
      </div>
      <div className={classes.results}>
        {data?.files.length === 0 && !isFetching && (
          <EmptyState size="xs" p="md" icon={<SearchX />} title="Nothing was found">
            {question.include && 'Only some files were searched.'}
          </EmptyState>
        )}
        {data?.files.map((file) => (
          <Found key={file.fileId} file={file} slug={slug} onOpen={onOpen} />
        ))}
      </div>
    </div>
  )
}

const plural = (count: number, word: string) =>
  `${count.toLocaleString('en')} ${word}${count === 1 ? '' : 's'}`

function describe({
  files,
  count,
  truncated,
}: {
  files: FoundFile[]
  count: number
  truncated: boolean
}) {
  if (count === 0) return ''
  const found = `${plural(count, 'line')} in ${plural(files.length, 'file')}`
  return truncated ? `The first ${found}. Ask for more to see the rest.` : found
}

interface FoundProps {
  file: FoundFile
  slug: string
  onOpen: () => void
}

function Found({ file: { fileId, path, matches }, slug, onOpen }: FoundProps) {
  const [open, setOpen] = useState(true)
  const phone = usePhone()
  return (
    <section aria-label={path}>
      <button
        type="button"
        className={classes.file}
        aria-expanded={open}
        title={path}
        data-stop
        onClick={() => setOpen(!open)}
      >
        <FileIcon name={nameOf(path)} kind="text" />
        <span className={classes.name}>{nameOf(path)}</span>
        <span className={classes.folder}>{folderOf(path)}</span>
        <span className={classes.count}>{matches.length}</span>
      </button>
      {open &&
        matches.map(({ line, column, length, text, textColumn }) => {
          const parts = excerpt(text, column - textColumn, length, phone ? LEAD.phone : LEAD.column)
          return (
            <Link
              key={`${line}:${column}`}
              href={`${filePath(slug, fileId)}?lines=${line}`}
              className={classes.match}
              data-stop
              onClick={onOpen}
            >
              <span className={classes.line}>{line}</span>
              <span className={classes.text}>
                {parts.before}
                <mark>{parts.match}</mark>
                {parts.after}
              </span>
            </Link>
          )
        })}
    </section>
  )
}
