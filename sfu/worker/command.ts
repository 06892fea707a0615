// Runs the outside programs of the preparation: output into a log file, and an end for the whole process group.
import { spawn } from 'node:child_process'
import { access, constants, open, readFile, stat } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { stripVTControlCharacters } from 'node:util'

export type Environment = Readonly<Record<string, string | undefined>>

export interface CommandOptions {
  env: Environment
  cwd: string
  /** Output is appended here. */
  logFile: string
  /** Ends the command and everything it started. Without it the command outlives even this process. */
  signal?: AbortSignal
  onLine?: (line: string) => void
  /** Leave the processor to others that want it. */
  nice?: boolean
}

const graceMs = 3_000

/**
 * Resolves when the command ends well.
 * @throws {Error} naming the program and the first line of its output that looks like the cause
 */
export async function runCommand(program: string, args: string[], options: CommandOptions) {
  const { env, cwd, logFile, signal, onLine } = options
  signal?.throwIfAborted()
  const log = await open(logFile, 'a')
  const start = (await log.stat()).size
  await log.write(`\n$ ${[program, ...args].join(' ')}\n`)
  try {
    const problem = await new Promise<string | null>((resolve) => {
      const child = spawn(program, args, {
        cwd,
        env: { ...env },
        // A pipe only where its lines are read: who writes into a pipe dies with this process (SIGPIPE), which is
        // right for a compiler and wrong for dpkg.
        stdio: ['ignore', onLine ? 'pipe' : log.fd, log.fd],
        detached: process.platform !== 'win32',
      })
      if (options.nice && child.pid)
        os.setPriority(child.pid, os.constants.priority.PRIORITY_BELOW_NORMAL)
      if (onLine && child.stdout) {
        createInterface(child.stdout).on('line', (line) => {
          log.write(`${line}\n`).catch(() => {})
          onLine(line)
        })
      }
      const end = (name: NodeJS.Signals) => endGroup(child.pid, name)
      let killTimer: NodeJS.Timeout | undefined
      const abort = () => {
        end('SIGTERM')
        killTimer = setTimeout(end, graceMs, 'SIGKILL')
      }
      signal?.addEventListener('abort', abort, { once: true })
      const finish = (problem: string | null) => {
        clearTimeout(killTimer)
        signal?.removeEventListener('abort', abort)
        if (signal?.aborted) end('SIGKILL')
        resolve(problem)
      }
      child.on('error', (error) => finish(error.message))
      child.on('close', (code, name) =>
        finish(code === 0 ? null : code === null ? `ended by ${name}` : `exit code ${code}`),
      )
    })
    signal?.throwIfAborted()
    if (problem === null) return
    const output = (await readFile(logFile)).subarray(start).toString()
    throw new Error(`${path.basename(program)}: ${causeIn(output) ?? problem}`)
  } finally {
    await log.close()
  }
}

/** ninja answers SIGTERM by ending its compilers, which have process groups of their own. */
function endGroup(pid: number | undefined, name: NodeJS.Signals) {
  if (!pid) return
  try {
    process.kill(process.platform === 'win32' ? pid : -pid, name)
  } catch {
    // ended meanwhile
  }
}

const causeIn = (output: string) =>
  stripVTControlCharacters(output)
    .split('\n')
    .find((line) => /\berror\b|^E: /i.test(line))
    ?.trim()

/** @returns the path of a program on PATH, or undefined */
export async function findProgram(name: string, env: Environment) {
  for (const folder of (env['PATH'] ?? '').split(path.delimiter).filter(Boolean)) {
    const file = path.join(folder, name)
    if (await isProgram(file)) return file
  }
  return undefined
}

const isProgram = (file: string) =>
  access(file, constants.X_OK).then(
    async () => (await stat(file)).isFile(),
    () => false,
  )

export const messageOf = (error: unknown) =>
  error instanceof Error ? error.message : String(error)
