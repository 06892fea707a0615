import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { runCommand } from './command.ts'

test('an abort ends a command and what it started', async () => {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'openlaunch-command-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const stop = new AbortController()
  const pids: number[] = []
  const script = 'sleep 60 & echo $$; echo $!; wait'
  const running = runCommand('sh', ['-c', script], {
    cwd: folder,
    env: process.env,
    logFile: path.join(folder, 'log'),
    signal: stop.signal,
    onLine: (line) => {
      pids.push(Number(line))
      if (pids.length === 2) stop.abort(new Error('enough'))
    },
  })
  await expect(running).rejects.toThrow('enough')
  for (const pid of pids) await expect.poll(() => isRunning(pid)).toBe(false)
})

/** Where process 1 does not collect them, orphans stay as zombies: those do not count. */
function isRunning(pid: number) {
  const { stdout } = spawnSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' })
  return /^[^Z]/.test(stdout.trim())
}
