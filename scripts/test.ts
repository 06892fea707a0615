// The test command: gets what the tests need, runs them, says what was left out. Arguments go to vitest.
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { findChromium, findPostgresBinaries, findProgram } from '../test/programs.ts'

interface Need {
  name: string
  /** Debian's packages that bring it */
  packages: string[]
  isThere(): boolean
  tests: string
  /** Tests that do not ask for themselves whether they can run */
  files?: string[]
}

const needs: Need[] = [
  {
    name: 'PostgreSQL',
    packages: ['postgresql'],
    isThere: () => Boolean(process.env['TEST_DATABASE_URL'] ?? findPostgresBinaries()),
    tests: 'everything on PostgreSQL and the cluster',
  },
  {
    name: 'Redis',
    packages: ['redis-server'],
    isThere: () => Boolean(process.env['TEST_REDIS_URL'] ?? findProgram('redis-server')),
    tests: 'the bus over Redis and the cluster',
  },
  {
    name: 'Chromium',
    packages: ['chromium', 'fonts-liberation'],
    isThere: () => Boolean(findChromium()),
    tests: 'everything in a browser',
    files: ['web/call/**'],
  },
  {
    name: 'coturn',
    packages: ['coturn'],
    isThere: () => Boolean(findProgram('turnserver')),
    tests: 'media over a TURN server',
  },
]

/** Tests that need the media worker. */
const mediaTests = [
  'sfu/calls/**',
  'sfu/workers.test.ts',
  'web/call/**',
  'test/calls/**',
  'test/journey.test.ts',
]

const missing = () => needs.filter((need) => !need.isThere())

/** Debian's packages, when this is Debian and we may. */
function installMissing() {
  const packages = missing().flatMap((need) => need.packages)
  if (packages.length === 0 || process.getuid?.() !== 0 || !findProgram('apt-get')) return
  console.log(`Installing ${packages.join(', ')} …`)
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  const apt = (...args: string[]) =>
    spawnSync('apt-get', ['-qq', ...args], { env, stdio: 'inherit' })
  apt('update')
  apt('install', '-y', '--no-install-recommends', ...packages)
}

/** @returns where the mediasoup worker is, or undefined with the reason printed */
async function prepareWorker(): Promise<string | undefined> {
  const child = spawn(process.execPath, ['sfu/worker/prepare.ts'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const exit = once(child, 'exit')
  let output = ''
  for await (const chunk of child.stdout.setEncoding('utf8')) {
    output += String(chunk)
    process.stdout.write(String(chunk))
  }
  const [code] = await exit
  return code === 0 ? output.trim().split('\n').at(-1) : undefined
}

async function runVitest(
  report: string,
  worker: string | undefined,
  excluded: string[],
): Promise<number> {
  const child = spawn(
    process.execPath,
    [
      'node_modules/vitest/vitest.mjs',
      'run',
      '--reporter=default',
      '--reporter=json',
      `--outputFile.json=${report}`,
      ...excluded.map((files) => `--exclude=${files}`),
      ...process.argv.slice(2),
    ],
    {
      stdio: 'inherit',
      env: { ...process.env, ...(worker && { MEDIASOUP_WORKER_BIN: worker }) },
    },
  )
  return new Promise((resolve) => child.once('exit', (code) => resolve(code ?? 1)))
}

installMissing()
const worker = await prepareWorker()
const leftOut = missing().map(
  ({ name, tests }) => `${name} is not to be had here: left out ${tests}`,
)
const excluded = missing().flatMap(({ files = [] }) => files)
if (!worker) {
  leftOut.push('The mediasoup worker is not to be had here: left out everything with media')
  excluded.push(...mediaTests)
}

const directory = mkdtempSync(path.join(os.tmpdir(), 'openlaunch-report-'))
const report = path.join(directory, 'report.json')
let code = await runVitest(report, worker, excluded)
for (const line of leftOut) console.log(line)
if (leftOut.length > 0 && process.env['CI'] === 'true') {
  console.log('With CI=true every test must run.')
  code ||= 1
}
const { numPassedTests, numFailedTests, numPendingTests } = JSON.parse(
  readFileSync(report, 'utf8'),
) as Record<string, number>
rmSync(directory, { recursive: true })
console.log(`${numPassedTests} passed, ${numFailedTests} failed, ${numPendingTests} skipped`)
process.exitCode = code
