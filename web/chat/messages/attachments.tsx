// Files of a message: pictures in their place from the first moment, everything else as a card to download.
import { useState } from 'react'
import { ActionIcon, Loader, Modal, Tooltip } from '@mantine/core'
import { useInViewport } from '@mantine/hooks'
import { Download, File as FileIcon, ImageOff } from 'lucide-react'
import type { Attachment } from '../../../protocol/chat.ts'
import { notifyError } from '../../notice.ts'
import { useOpenProject } from '../../room/context.tsx'
import { save, useBytes } from '../../bytes.ts'
import { attachmentPath } from '../composer/uploads.ts'
import { sizeText } from '../../size.ts'
import classes from './attachments.module.css'

/** The largest a picture is shown in the list, pixels. */
const [MAX_WIDTH, MAX_HEIGHT] = [360, 280]

const isPicture = ({ width, height }: Attachment) => width !== null && height !== null

export function Attachments({ files }: { files: readonly Attachment[] }) {
  const [open, setOpen] = useState<Attachment | null>(null)
  if (files.length === 0) return null
  return (
    <div className={classes.files}>
      {files.map((file) =>
        isPicture(file) ? (
          <Picture key={file.id} file={file} onOpen={() => setOpen(file)} />
        ) : (
          <Card key={file.id} file={file} />
        ),
      )}
      {open && <Lightbox file={open} onClose={() => setOpen(null)} />}
    </div>
  )
}

const download = (slug: string, { id, name }: Attachment) =>
  void save(attachmentPath(slug, id), name).catch((error: unknown) =>
    notifyError(error, `${name} was not downloaded`),
  )

function Picture({ file, onOpen }: { file: Attachment; onOpen: () => void }) {
  const { project } = useOpenProject()
  const { ref, inViewport } = useInViewport<HTMLButtonElement>()
  const [seen, setSeen] = useState(false)
  if (inViewport && !seen) setSeen(true)
  const { url, error } = useBytes(seen ? attachmentPath(project.slug, file.id) : null)
  const { width, height } = file
  const scale = Math.min(1, MAX_WIDTH / (width ?? 1), MAX_HEIGHT / (height ?? 1))
  return (
    <button
      ref={ref}
      type="button"
      className={classes.picture}
      aria-label={`Open picture ${file.name}`}
      title={file.name}
      style={{
        width: Math.max(24, Math.round((width ?? 1) * scale)),
        aspectRatio: `${width} / ${height}`,
      }}
      onClick={onOpen}
    >
      {url && <img src={url} alt={file.name} />}
      {error !== null && <ImageOff size={20} aria-label="The picture could not be loaded" />}
    </button>
  )
}

function Card({ file }: { file: Attachment }) {
  const { project } = useOpenProject()
  return (
    <button
      type="button"
      className={classes.card}
      aria-label={`Download ${file.name}, ${sizeText(file.size)}`}
      onClick={() => download(project.slug, file)}
    >
      <FileIcon size={22} aria-hidden />
      <span className={classes.names}>
        <span className={classes.name}>{file.name}</span>
        <span className={classes.size}>{sizeText(file.size)}</span>
      </span>
      <Download size={15} aria-hidden />
    </button>
  )
}

function Lightbox({ file, onClose }: { file: Attachment; onClose: () => void }) {
  const { project } = useOpenProject()
  const { url, error } = useBytes(attachmentPath(project.slug, file.id))
  return (
    <Modal
      opened
      onClose={onClose}
      size="auto"
      title={
        <span className={classes.title}>
          {file.name}
          <Tooltip label="Download">
            <ActionIcon
              aria-label={`Download ${file.name}`}
              onClick={() => download(project.slug, file)}
            >
              <Download size={16} />
            </ActionIcon>
          </Tooltip>
        </span>
      }
    >
      {url ? (
        <img className={classes.large} src={url} alt={file.name} />
      ) : error ? (
        'The picture could not be loaded.'
      ) : (
        <Loader size="sm" m="xl" aria-label="Loading" />
      )}
    </Modal>
  )
}
