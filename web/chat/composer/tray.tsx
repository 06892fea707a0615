// The files that go along with what is being written.
import { ActionIcon, Anchor, Loader, Progress } from '@mantine/core'
import { CircleAlert, File as FileIcon, X } from 'lucide-react'
import { sizeText } from '../../size.ts'
import type { Upload, Uploads } from './uploads.ts'
import classes from './composer.module.css'

export function Tray({ files, uploads }: { files: readonly Upload[]; uploads: Uploads }) {
  if (files.length === 0) return null
  return (
    <ul className={classes.tray} aria-label="Files to send">
      {files.map((entry) => (
        <li key={entry.key} className={classes.upload} data-failed={entry.error !== null}>
          {entry.preview ? (
            <img src={entry.preview} alt="" className={classes.preview} />
          ) : (
            <FileIcon size={20} aria-hidden />
          )}
          <div className={classes.uploadNames}>
            <span className={classes.uploadName}>{entry.file.name || 'Picture'}</span>
            {entry.error === null ? (
              <span className={classes.uploadState}>
                {sizeText(entry.file.size)}
                {!entry.attachment && <Loader size={9} aria-label="Uploading" />}
              </span>
            ) : (
              <span className={classes.uploadError} role="alert">
                <CircleAlert size={12} aria-hidden /> {entry.error}{' '}
                {entry.passes && (
                  <Anchor
                    component="button"
                    type="button"
                    inherit
                    onClick={() => uploads.retry(entry.key)}
                  >
                    Try again
                  </Anchor>
                )}
              </span>
            )}
            {!entry.attachment && entry.error === null && (
              <Progress
                size={3}
                value={entry.progress * 100}
                aria-label={`Uploading ${entry.file.name}`}
              />
            )}
          </div>
          <ActionIcon
            size="sm"
            aria-label={`Remove ${entry.file.name || 'picture'}`}
            onClick={() => uploads.remove(entry.key)}
          >
            <X size={14} />
          </ActionIcon>
        </li>
      ))}
    </ul>
  )
}
