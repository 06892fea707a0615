// Finds the programs that tests need and npm does not bring.
import { accessSync, constants, existsSync, readdirSync } from 'node:fs'
import path from 'node:path'

export function findProgram(...names: string[]): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(path.delimiter)
  for (const name of names) {
    for (const folder of folders) {
      const file = path.join(folder, name)
      try {
        accessSync(file, constants.X_OK)
        return file
      } catch {
        continue
      }
    }
  }
  return undefined
}

/** The folder with initdb and postgres. Debian keeps it off the PATH, one per major version. */
export function findPostgresBinaries(): string | undefined {
  const complete = (folder: string) =>
    existsSync(path.join(folder, 'initdb')) && existsSync(path.join(folder, 'postgres'))
  const debian = '/usr/lib/postgresql'
  const versions = existsSync(debian)
    ? readdirSync(debian).sort((a, b) => Number(b) - Number(a))
    : []
  const folders = [
    ...versions.map((version) => path.join(debian, version, 'bin')),
    ...(process.env['PATH'] ?? '').split(path.delimiter),
  ]
  return folders.find(complete)
}

/** CHROMIUM_BIN, or an installed Chromium or Chrome. */
export const findChromium = () =>
  process.env['CHROMIUM_BIN'] ??
  findProgram('chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome')
