// Stopping, through what stands between a person and the server: a terminal, npm, a shell, scripts/node.cjs.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'
import { connect, createProject, register } from './people.ts'
import { useServerProcess } from './server.ts'

const launcher = fileURLToPath(new URL('../scripts/node.cjs', import.meta.url))

test.skipIf(process.platform === 'win32')(
  'what npm started ends with npm, even when the shell between them passes nothing on',
  async () => {
    const code = `process.on('SIGTERM', () => { console.log('stopped'); process.exit() })
      setInterval(() => {}, 1_000)
      console.log('started ' + process.pid)`
    const run = `"${process.execPath}" "${launcher}" -e "$CODE"; true`
    const shell = spawn('sh', ['-c', run], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, npm_lifecycle_event: 'start', CODE: code },
    })
    let output = ''
    shell.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()))
    onTestFinished(() => {
      const pid = /started (\d+)/.exec(output)?.[1]
      if (pid && !output.includes('stopped')) process.kill(Number(pid), 'SIGKILL')
    })
    await expect.poll(() => output).toContain('started')
    shell.kill('SIGTERM')
    await expect.poll(() => output).toContain('stopped')
  },
)

test('a signal that comes twice, from the terminal and from the launcher, stops gracefully', async () => {
  const dataDir = mkdtempSync(path.join(os.tmpdir(), 'openlaunch-launcher-'))
  onTestFinished(() => rmSync(dataDir, { recursive: true }))
  const server = await useServerProcess({ PORT: '0', DATA_DIR: dataDir })
  const ada = await register(server.url)
  const project = await createProject(ada)
  const person = await connect(ada)
  await person.request('join_project', { projectId: project.id })
  const exit = once(server.child, 'exit')
  // At once, while it still closes.
  server.child.stdout?.on('data', () => server.child.kill('SIGINT'))
  server.child.kill('SIGINT')
  expect(await exit).toEqual([0, null])
})

test('a launcher that is killed takes the server with it, and a start right after waits for that', async () => {
  const dataDir = mkdtempSync(path.join(os.tmpdir(), 'openlaunch-launcher-'))
  onTestFinished(() => rmSync(dataDir, { recursive: true }))
  const settings = { PORT: '0', DATA_DIR: dataDir }
  const behind = spawn(process.execPath, [launcher, 'server/main.ts'], {
    env: { ...process.env, HOST: '127.0.0.1', LOG_LEVEL: 'error', ...settings },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let output = ''
  behind.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()))
  await expect.poll(() => output, { timeout: 20_000 }).toContain('ready after')
  behind.kill('SIGKILL')
  const next = await useServerProcess(settings)
  expect((await fetch(`${next.url}/health`)).status).toBe(200)
})
