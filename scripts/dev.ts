// `npm run dev`: the server, restarted when its sources change, and Vite's server, which reloads the page.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'

// Here, and not in the server only: vite.config.ts asks for its PORT.
if (existsSync('.env')) process.loadEnvFile('.env')

const start = (...args: string[]) => spawn(process.execPath, args, { stdio: 'inherit' })

const children = [
  start('--watch', '--watch-preserve-output', 'server/main.ts'),
  start('node_modules/vite/bin/vite.js'),
]
for (const child of children) {
  child.once('exit', (code) => {
    for (const other of children) other.kill()
    process.exitCode = code ?? 0
  })
}
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => children.forEach((child) => child.kill(signal)))
}
