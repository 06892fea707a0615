// PGlite does not notice a second process on its directory: both write, and rows are lost in silence. So we
// take a lock file of our own, and see through one that a killed process left behind.
import fs from 'node:fs'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

/** The holder touches its lock this often … */
const BEAT = 1_000
/** … and is dead after so long without, where its process cannot be looked at. */
const PATIENCE = 10_000

/** A server that is being restarted may still be closing. */
const HANDOVER = 5_000

/** Where pids mean the same processes: containers that share a volume have each a process 1. */
function pidNamespace() {
  try {
    const boot = fs.readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
    return `${boot}/${fs.readlinkSync('/proc/self/ns/pid')}`
  } catch {
    return '-'
  }
}

/** Field 22 of proc(5) stat, counted after the command name: the system gives pids out again, but not at that time. */
function startTime(pid: number): string {
  try {
    const stat = fs.readFileSync(`/proc/${pid}/stat`, 'utf8')
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '-'
  } catch {
    return '-'
  }
}

const describe = (pid: number) => `${pid} ${startTime(pid)} ${pidNamespace()}`

function isRunning(pid: number) {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

const read = (file: string) => {
  try {
    return fs.readFileSync(file, 'utf8')
  } catch {
    return undefined
  }
}

async function isAlive(file: string, content: string): Promise<boolean> {
  const pid = Number(content.split(' ')[0])
  if (content.endsWith(` ${pidNamespace()}`)) return isRunning(pid) && content === describe(pid)
  const touched = () => fs.statSync(file, { throwIfNoEntry: false })?.mtimeMs
  const before = touched()
  for (let waited = 0; waited < PATIENCE; waited += BEAT) {
    await sleep(BEAT)
    if (touched() !== before) return true
  }
  return false
}

/** Waits a moment for the holder to end; not for ourselves. */
async function awaitEnd(file: string, content: string) {
  if (content === describe(process.pid)) return
  for (let waited = 0; waited < HANDOVER && read(file) === content; waited += 200) {
    await sleep(200)
    if (content.endsWith(` ${pidNamespace()}`) && !isRunning(Number(content.split(' ')[0]))) return
  }
}

/**
 * Takes the lock of an existing directory. Waits 5 seconds for a holder that may be ending, and up to 10 when
 * it cannot be looked at, in another container.
 * @returns a function that gives it back
 * @throws Error that names the process which has it
 */
export async function lockDirectory(directory: string): Promise<() => void> {
  const file = path.join(directory, 'openlaunch.lock')
  const me = describe(process.pid)
  const own = `${file}.${process.pid}`
  const busy = (content: string | undefined) =>
    new Error(
      `The data directory ${directory} is in use by process ${content?.split(' ')[0]}. ` +
        'Stop that process, or set DATA_DIR to another directory.',
    )
  let found = read(file)
  if (found !== undefined && (await isAlive(file, found))) {
    await awaitEnd(file, found)
    found = read(file)
    if (found !== undefined && (await isAlive(file, found))) throw busy(found)
  }
  if (found === undefined) {
    try {
      fs.writeFileSync(file, me, { flag: 'wx' })
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    }
  } else if (read(file) === found) {
    fs.writeFileSync(own, me)
    fs.renameSync(own, file)
  }
  // Somebody else may have taken it in the same moment; whoever stands in the file has it.
  if (found !== undefined) await sleep(100)
  if (read(file) !== me) throw busy(read(file))
  const timer = setInterval(() => touch(file, me), BEAT).unref()
  return () => {
    clearInterval(timer)
    if (read(file) === me) fs.rmSync(file, { force: true })
  }
}

function touch(file: string, me: string) {
  const now = new Date()
  try {
    if (read(file) === me) fs.utimesSync(file, now, now)
  } catch (error) {
    // A full disk: the database says so. With any other error, somebody else would soon take the lock.
    if (!['ENOSPC', 'EDQUOT'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error
  }
}
