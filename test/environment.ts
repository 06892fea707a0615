// vitest's global set-up: one real PostgreSQL and one real Redis for the whole run, in a temporary directory.
// TEST_DATABASE_URL and TEST_REDIS_URL name running ones instead.
import type { ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import type { TestProject } from 'vitest/node'
import { startPostgres, startRedis, stop } from './services.ts'

declare module 'vitest' {
  export interface ProvidedContext {
    /** Superuser's address of an empty server; null: PostgreSQL is not to be had here */
    postgresUrl: string | null
    redisUrl: string | null
  }
}

export default async function setup(project: TestProject) {
  const directory = mkdtempSync(path.join(os.tmpdir(), 'openlaunch-test-'))
  const children: ChildProcess[] = []
  const teardown = async () => {
    await Promise.all(children.map((child) => stop(child)))
    rmSync(directory, { recursive: true, force: true })
  }
  try {
    const { TEST_DATABASE_URL, TEST_REDIS_URL } = process.env
    const postgresUrl = TEST_DATABASE_URL || (await startPostgres(directory, children))
    project.provide('postgresUrl', postgresUrl)
    project.provide('redisUrl', TEST_REDIS_URL || (await startRedis(children)))
  } catch (error) {
    await teardown()
    throw error
  }
  return teardown
}
