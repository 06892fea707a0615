// PGlite does not notice a second process on its directory: both write, and rows are lost in silence. So we
// take a lock file of our own, and see through one that a killed process left behind.
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'

/** Identifies a running process beyond its pid, which the system gives out again. */
function identity(pid: number): string | undefined {
  try {
    process.kill(pid, 0)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return undefined
  }
  try {
    // Field 22 of proc(5) stat, counted after the command name, is the time the process started.
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return `${pid} ${stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]}`
  } catch {
    return `${pid} -`
  }
}

function holder(file: string): string | undefined {
  try {
    const written = readFileSync(file, 'utf8')
    return identity(Number(written.split(' ')[0])) === written ? written.split(' ')[0] : undefined
  } catch {
    return undefined
  }
}

/**
 * Takes the lock of an existing directory.
 * @returns a function that gives it back
 * @throws Error that names the process which has it
 */
export function lockDirectory(directory: string): () => void {
  const file = path.join(directory, 'openlaunch.lock')
  const busy = (pid: string) =>
    new Error(
      `The data directory ${directory} is in use by process ${pid}. Stop that process, or set DATA_DIR to another directory.`,
    )
  const me = identity(process.pid) ?? String(process.pid)
  for (let attempt = 0; attempt < 2; attempt++) {
    try {
      writeFileSync(file, me, { flag: 'wx' })
      return () => rmSync(file, { force: true })
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
      const pid = holder(file)
      if (pid) throw busy(pid)
      rmSync(file, { force: true })
    }
  }
  throw busy(holder(file) ?? 'that is starting now')
}
