// The long form of test/faults: every service and line of a cluster breaks, with long pauses, round after round. Then of
// documents: STORIES (1,000) of a fuzz over three nodes, and KILLS (500) of the node, of PostgreSQL, of both.
// SEED repeats a run, ROUNDS (3) says how often the cluster breaks; further arguments go to vitest, such as `-t Redis`.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { findPostgresBinaries, findProgram } from '../test/programs.ts'

interface Report {
  numPassedTests: number
  numFailedTests: number
  testResults: { assertionResults: { title: string; status: string }[] }[]
}

const {
  SEED: seed = String(Math.floor(Math.random() * 2 ** 31)),
  ROUNDS: rounds = '3',
  KILLS: kills = '500',
} = process.env
if (!findPostgresBinaries() || !findProgram('redis-server')) {
  console.error('PostgreSQL and Redis are needed: apt-get install postgresql redis-server')
  process.exit(1)
}
console.log(`Breaking a cluster of three nodes, ${rounds} rounds; repeat with SEED=${seed}`)

const directory = mkdtempSync(path.join(os.tmpdir(), 'openlaunch-report-'))
const file = path.join(directory, 'report.json')
const vitest = 'node_modules/vitest/vitest.mjs'
const files = ['test/faults', 'test/documents', 'test/crash.test.ts']
const reporters = ['--reporter=verbose', '--reporter=json', `--outputFile.json=${file}`]
const child = spawn(
  process.execPath,
  [vitest, 'run', '--no-file-parallelism', ...files, ...reporters, ...process.argv.slice(2)],
  {
    stdio: 'inherit',
    env: { ...process.env, FAULTS: 'full', SEED: seed, ROUNDS: rounds, KILLS: kills },
  },
)
const [code] = (await once(child, 'exit')) as [number | null]
const { numPassedTests, numFailedTests, testResults } = JSON.parse(
  readFileSync(file, 'utf8'),
) as Report
rmSync(directory, { recursive: true })
for (const { title, status } of testResults.flatMap(({ assertionResults }) => assertionResults))
  if (status === 'failed') console.log(`failed: ${title}`)
console.log(
  `SEED=${seed} ROUNDS=${rounds}: ${numPassedTests} scenarios passed, ${numFailedTests} failed`,
)
process.exitCode = code ?? 1
