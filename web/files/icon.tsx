// The sign of a file by its kind and name.
import { createElement } from 'react'
import {
  ChevronRight,
  File,
  FileArchive,
  FileCode,
  FileHeadphone,
  FileImage,
  FileJson,
  FileTerminal,
  FileText,
  FileVideo,
  Folder,
  FolderOpen,
  type LucideIcon,
} from 'lucide-react'
import type { ProjectFile } from '../../server/files/schema.ts'
import classes from './tree.module.css'

const byEnding: [RegExp, LucideIcon][] = [
  [/\.(md|mdx|txt|rst|adoc|tex|log)$|^(license|readme|changelog)$/i, FileText],
  [/\.(json5?|ya?ml|toml|ini|lock|env|xml|csv|tsv)$|^\.[a-z]+rc$|^\.env/i, FileJson],
  [/\.(sh|bash|zsh|fish|ps1|bat|cmd)$|^(makefile|dockerfile|justfile)$/i, FileTerminal],
  [/\.(png|jpe?g|gif|webp|avif|svg|ico|bmp)$/i, FileImage],
  [/\.(mp3|wav|ogg|flac|m4a|opus)$/i, FileHeadphone],
  [/\.(mp4|webm|mov|mkv|avi)$/i, FileVideo],
  [/\.(zip|tar|gz|tgz|xz|zst|bz2|7z|rar|jar)$/i, FileArchive],
]

function iconFor({ name, kind, open = false }: Props): LucideIcon {
  if (kind === 'folder') return open ? FolderOpen : Folder
  const known = byEnding.find(([pattern]) => pattern.test(name))?.[1]
  return known ?? (kind === 'binary' ? File : FileCode)
}

interface Props {
  name: string
  kind: ProjectFile['kind']
  open?: boolean
}

export const FileIcon = (props: Props) =>
  createElement(iconFor(props), {
    size: 15,
    'aria-hidden': true,
    className: props.kind === 'folder' ? classes.folderIcon : classes.fileIcon,
  })

/** Turns down where it is open; leaves its room where there is nothing to open. */
export function Chevron({ shown, open }: { shown: boolean; open: boolean }) {
  return (
    <span className={classes.chevron} data-open={open} aria-hidden>
      {shown && <ChevronRight size={14} />}
    </span>
  )
}
