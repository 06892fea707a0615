// The browser's own window for choosing files, without a place in the page.
import { readChosen } from './dropped.ts'
import { uploadsOf } from './uploads.ts'

/** @param folder path of the one they go into; empty: the top */
export function chooseFiles(slug: string, what: 'files' | 'folder' | 'zip', folder = '') {
  const input = document.createElement('input')
  input.type = 'file'
  input.multiple = what === 'files'
  input.webkitdirectory = what === 'folder'
  if (what === 'zip') input.accept = '.zip,application/zip'
  input.addEventListener('change', () => {
    const files = [...(input.files ?? [])]
    if (what !== 'zip') uploadsOf(slug).add(readChosen(files), folder)
    else if (files[0]) uploadsOf(slug).unpack(files[0], folder)
  })
  input.click()
}
