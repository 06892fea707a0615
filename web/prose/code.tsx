// A block of code: its language, its colours once they are there, and a button that copies it.
import { useEffect, useState } from 'react'
import { ActionIcon, CopyButton } from '@mantine/core'
import { Check, Copy } from 'lucide-react'
import type { Token } from './highlight.ts'
import classes from './prose.module.css'

/** Characters; more is shown plain. */
const MAX_COLOURED = 20_000

function useTokens(text: string, language: string) {
  const [known, setKnown] = useState<{ of: string; tokens: Token[] } | null>(null)
  const of = `${language}\n${text}`
  useEffect(() => {
    if (!language || text.length > MAX_COLOURED) return
    let over = false
    void import('./highlight.ts')
      .then(({ highlight }) => highlight(text, language))
      // Without its chunk the code is shown plain.
      .catch(() => null)
      .then((tokens) => {
        if (!over && tokens) setKnown({ of, tokens })
      })
    return () => {
      over = true
    }
  }, [of, text, language])
  return known?.of === of ? known.tokens : null
}

export function CodeBlock({ text, language }: { text: string; language: string }) {
  const tokens = useTokens(text, language)
  return (
    <div className={classes.code}>
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- keyboards scroll long lines */}
      <pre tabIndex={0} aria-label={language ? `Code, ${language}` : 'Code'}>
        <code>
          {tokens
            ? tokens.map(({ text: part, kind }, index) => (
                // oxlint-disable-next-line react/no-array-index-key -- parts of one text have no other name
                <span key={index} className={kind ? classes[kind] : undefined}>
                  {part}
                </span>
              ))
            : text}
        </code>
      </pre>
      <CopyButton value={text}>
        {({ copied, copy }) => (
          <ActionIcon
            className={classes.copy ?? ''}
            size="sm"
            variant="default"
            aria-label={copied ? 'Copied' : 'Copy code'}
            onClick={copy}
          >
            {copied ? <Check size={13} /> : <Copy size={13} />}
          </ActionIcon>
        )}
      </CopyButton>
    </div>
  )
}
