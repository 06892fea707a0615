// A file that is not text: a picture is shown, of everything else its name, its size, and the way to have it.
import { useState } from 'react'
import { Button, EmptyState, Loader } from '@mantine/core'
import { Download, ImageOff } from 'lucide-react'
import type { ProjectFile } from '../../server/files/schema.ts'
import { sizeText } from '../size.ts'
import { Failure } from '../failure.tsx'
import { useOpenProject } from '../room/context.tsx'
import { ago } from '../time.tsx'
import { downloadFile } from './actions.tsx'
import { useBytes } from '../bytes.ts'
import { FileIcon } from './icon.tsx'
import { rawAddress } from './queries.ts'
import { folderOf, nameOf } from './tree.ts'
import page from './page.module.css'
import classes from './preview.module.css'

export function FilePreview({ file }: { file: ProjectFile }) {
  const { project } = useOpenProject()
  const { slug } = project
  const name = nameOf(file.path)
  const folder = folderOf(file.path)
  const isPicture = file.type?.startsWith('image/') ?? false
  return (
    <div className={page.page}>
      <header className={page.head}>
        <h1 className={page.path} title={file.path}>
          {folder && <span className={page.folder}>{folder}/</span>}
          {name}
        </h1>
        <Button
          size="compact-sm"
          variant="default"
          leftSection={<Download size={14} />}
          onClick={() => void downloadFile(slug, file)}
        >
          Download
        </Button>
      </header>
      {isPicture ? (
        <Picture key={file.contentId} file={file} />
      ) : (
        <div className={classes.plain}>
          <span className={classes.sign}>
            <FileIcon name={name} kind="binary" />
          </span>
          <strong className={classes.name}>{name}</strong>
          <span className={classes.facts}>
            {describe(file)} · changed {ago(file.updatedAt)}
          </span>
          <Button
            mt="md"
            leftSection={<Download size={15} />}
            onClick={() => void downloadFile(slug, file)}
          >
            Download
          </Button>
        </div>
      )}
    </div>
  )
}

const describe = ({ type, size }: ProjectFile) =>
  [type, size === null ? null : sizeText(size)].filter(Boolean).join(' · ')

function Picture({ file }: { file: ProjectFile }) {
  const { project } = useOpenProject()
  const [tries, setTries] = useState(0)
  const version = `${file.contentId ?? ''}${tries || ''}`
  const { url, error } = useBytes(rawAddress(project.slug, file.id, version))
  const [pixels, setPixels] = useState<string | null>(null)
  const [broken, setBroken] = useState(false)
  if (error) return <Failure error={error} onRetry={() => setTries(tries + 1)} />
  if (!url) return <Loader size="sm" m="auto" aria-label="Loading picture" />
  if (broken) {
    return (
      <EmptyState
        m="auto"
        icon={<ImageOff />}
        title="This picture cannot be shown"
        description="The browser does not know its format, or the file is damaged. It can still be downloaded."
      />
    )
  }
  return (
    <>
      <div className={classes.board}>
        <img
          className={classes.picture}
          src={url}
          alt={file.path}
          onError={() => setBroken(true)}
          onLoad={({ currentTarget: { naturalWidth, naturalHeight } }) =>
            setPixels(`${naturalWidth} × ${naturalHeight}`)
          }
        />
      </div>
      <footer className={classes.foot}>
        {[pixels, describe(file)].filter(Boolean).join(' · ')}
      </footer>
    </>
  )
}
