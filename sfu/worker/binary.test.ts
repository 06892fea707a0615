// The outside world is stood in for: a real HTTP server for GitHub, small scripts for the toolchain and the worker.
import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { chmod, mkdir, readdir, readFile, utimes, writeFile } from 'node:fs/promises'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import os from 'node:os'
import path from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import type { WorkerStatus } from '../../protocol/worker.ts'
import { createWorkerBinary, type WorkerBinaryOptions } from './binary.ts'
import { findMediasoup, locateCache } from './cache.ts'

/** Answers as a worker does that is started without its environment */
const workerScript = '#!/bin/sh\nexit 41\n'

test('MEDIASOUP_WORKER_BIN is used as it is', async () => {
  const folder = makeFolder()
  const binary = await writeProgram(folder, 'my-worker', workerScript)
  const worker = start(folder, { env: { MEDIASOUP_WORKER_BIN: binary } })
  await expect(worker.ready).resolves.toBe(binary)
  expect(worker.status()).toEqual({ state: 'ready' })
})

test('a MEDIASOUP_WORKER_BIN that does not run is named, and nothing else is tried', async () => {
  const folder = makeFolder()
  const notWorker = await writeProgram(folder, 'true', '#!/bin/sh\nexit 0\n')
  const broken = await writeProgram(
    folder,
    'broken',
    '#!/bin/sh\necho libuv.so.1: missing >&2; exit 127\n',
  )
  const cases = {
    '/nowhere/worker': 'no such file',
    '/dev/null/worker': 'ENOTDIR',
    [notWorker]: 'not a mediasoup worker',
    [broken]: 'libuv.so.1',
  }
  for (const [binary, fault] of Object.entries(cases)) {
    const worker = start(folder, { env: { MEDIASOUP_WORKER_BIN: binary } })
    const error = await worker.ready.catch((error: Error) => error)
    expect(error).toMatchObject({
      message: expect.stringContaining(`MEDIASOUP_WORKER_BIN is ${binary}`),
    })
    expect(error).toMatchObject({ message: expect.stringContaining(fault) })
    expect(worker.status()).toMatchObject({ state: 'unavailable' })
  }
  expect(await readdir(folder)).not.toContain('openlaunch')
})

test('a cached binary is found without network', async () => {
  const folder = makeFolder()
  const cache = await cacheIn(folder)
  await mkdir(cache.folder, { recursive: true })
  await writeProgram(cache.folder, path.basename(cache.binary), workerScript)
  const worker = start(folder)
  const seen = record(worker)
  await expect(worker.ready).resolves.toBe(cache.binary)
  expect(seen.map(({ state }) => state)).toEqual(['ready'])
  expect(await readdir(cache.folder)).toEqual(['mediasoup-worker'])
})

test('a cache that cannot be written is named', async () => {
  const worker = start(makeFolder(), { env: { XDG_CACHE_HOME: '/dev/null' } })
  await expect(worker.ready).rejects.toThrow(/'\/dev\/null\/openlaunch.*Set XDG_CACHE_HOME/)
})

test('the prebuilt download is kept in the cache, and the package is left alone', async () => {
  const folder = makeFolder()
  await writeProgram(folder, 'mediasoup-worker', workerScript)
  execFileSync('tar', ['-czf', 'worker.tgz', 'mediasoup-worker'], { cwd: folder })
  const archive = await readFile(path.join(folder, 'worker.tgz'))
  const asked: (string | undefined)[] = []
  const url = await serve((request, response) => {
    asked.push(request.url)
    response.end(archive)
  })
  const cache = await cacheIn(folder)
  const worker = start(folder, { env: { MEDIASOUP_WORKER_PREBUILT_DOWNLOAD_BASE_URL: url } })
  await expect(worker.ready).resolves.toBe(cache.binary)
  const again = start(folder, { env: { MEDIASOUP_WORKER_PREBUILT_DOWNLOAD_BASE_URL: url } })
  await expect(again.ready).resolves.toBe(cache.binary)
  const { version, folder: mediasoup } = await findMediasoup()
  expect(asked).toHaveLength(1)
  expect(asked[0]).toContain(`/${version}/mediasoup-worker-${version}-${process.platform}`)
  expect((await readdir(cache.folder)).toSorted()).toEqual(['mediasoup-worker', 'prepare.log'])
  expect(await readdir(path.join(mediasoup, 'worker'))).not.toContain('prebuild')
})

test('without download and packages the reason is the one command to run', async () => {
  const folder = makeFolder()
  const programs = path.join(folder, 'programs')
  await mkdir(programs)
  await writeProgram(programs, 'apt-get', '#!/bin/sh\nexit 0\n')
  const worker = start(folder, { env: { PATH: programs } })
  await expect(worker.ready).rejects.toThrow(
    'Run "sudo apt-get install -y g++ meson ninja-build pkg-config libuv1-dev libssl-dev libsrtp2-dev libabsl-dev libflatbuffers-dev flatbuffers-compiler" and start again',
  )
  const status = worker.status()
  expect(status).toMatchObject({
    state: 'unavailable',
    reason: expect.stringContaining('ECONNREFUSED'),
  })
  const { logFile } = await cacheIn(folder)
  await expect(worker.ready).rejects.toThrow(logFile)
  // Everybody may see the status.
  expect(JSON.stringify(status)).not.toContain(folder)
})

test('a root whose apt-get fails is told so, with the command', async () => {
  const folder = makeFolder()
  const programs = path.join(folder, 'programs')
  await mkdir(programs)
  await writeProgram(
    programs,
    'apt-get',
    '#!/bin/sh\necho "E: Unable to locate package" >&2; exit 100\n',
  )
  const worker = start(folder, { env: { PATH: programs }, isRoot: true })
  await expect(worker.ready).rejects.toThrow(
    /could not be installed \(apt-get: E: Unable to locate package\)\. Run "apt-get install -y g\+\+ /,
  )
})

test('elsewhere than on Debian the reason says what is missing', async () => {
  const worker = start(makeFolder())
  await expect(worker.ready).rejects.toThrow(/what Debian calls g\+\+, meson, ninja-build/)
})

test('elsewhere than on Linux nothing is compiled', async () => {
  for (const platform of ['darwin', 'win32']) {
    const worker = start(makeFolder(), { platform })
    await expect(worker.ready).rejects.toThrow(/compiled on Linux only. Set MEDIASOUP_WORKER_BIN/)
  }
})

test('a download server that never answers is given up', async () => {
  const url = await serve(() => {})
  const env = { MEDIASOUP_WORKER_PREBUILT_DOWNLOAD_BASE_URL: url }
  const worker = start(makeFolder(), { env, downloadAnswerWithinMs: 500 })
  await expect(worker.ready).rejects.toThrow(/\(no answer in time\)/)
})

test('two that start at once compile once, and both show how far it is', async () => {
  const folder = makeFolder()
  const programs = await writeToolchain(folder)
  const workers = [1, 2].map(() => start(folder, { env: { PATH: programs } }))
  const seen = workers.map(record)
  const { binary, folder: cacheFolder } = await cacheIn(folder)
  await expect(Promise.all(workers.map(({ ready }) => ready))).resolves.toEqual([binary, binary])
  expect(await readFile(path.join(folder, 'compiles'), 'utf8')).toBe('compiled\n')
  for (const statuses of seen) {
    expect(statuses).toContainEqual(expect.objectContaining({ step: 'compile' }))
    expect(statuses.at(-1)).toEqual({ state: 'ready' })
  }
  expect(seen.flat()).toContainEqual(expect.objectContaining({ step: 'compile', progress: 0.5 }))
  expect((await readdir(cacheFolder)).toSorted()).toEqual(['mediasoup-worker', 'prepare.log'])
})

test('a compile that fails is explained, and the next start tries again', async () => {
  const folder = makeFolder()
  const programs = await writeToolchain(folder)
  await writeProgram(programs, 'ninja', '#!/bin/sh\necho "a.cpp:1: error: no such thing"; exit 1\n')
  const worker = start(folder, { env: { PATH: programs } })
  await expect(worker.ready).rejects.toThrow(/\(ninja: a\.cpp:1: error: no such thing\)\. Log: /)
  await writeToolchain(folder)
  const { binary } = await cacheIn(folder)
  await expect(start(folder, { env: { PATH: programs } }).ready).resolves.toBe(binary)
})

test('the lock and the leftovers of a process that was killed are cleared away', async () => {
  const folder = makeFolder()
  const programs = await writeToolchain(folder)
  const cache = await cacheIn(folder)
  await mkdir(path.join(cache.folder, 'work-killed/worker'), { recursive: true })
  await writeFile(cache.lockFile, '{"state":"preparing"')
  const longAgo = new Date(Date.now() - 60_000)
  await utimes(cache.lockFile, longAgo, longAgo)
  await expect(start(folder, { env: { PATH: programs } }).ready).resolves.toBe(cache.binary)
  expect((await readdir(cache.folder)).toSorted()).toEqual(['mediasoup-worker', 'prepare.log'])
})

test('close() ends a download', async () => {
  const gone = Promise.withResolvers<void>()
  const asked = Promise.withResolvers<void>()
  const url = await serve((request) => {
    request.socket.on('close', gone.resolve)
    asked.resolve()
  })
  const folder = makeFolder()
  const worker = start(folder, { env: { MEDIASOUP_WORKER_PREBUILT_DOWNLOAD_BASE_URL: url } })
  await asked.promise
  await worker.close()
  await gone.promise
  expect(worker.status()).toEqual({
    state: 'unavailable',
    reason: 'The preparation of the media worker was stopped',
  })
  expect(await readdir((await cacheIn(folder)).folder)).toEqual(['prepare.log'])
})

interface Changes extends Partial<WorkerBinaryOptions> {
  env?: Record<string, string>
}

/** A machine without programs, root and network, but for what the changes give it */
function start(folder: string, { env, ...changes }: Changes = {}) {
  const worker = createWorkerBinary({
    env: {
      PATH: path.join(folder, 'nothing'),
      XDG_CACHE_HOME: folder,
      MEDIASOUP_WORKER_PREBUILT_DOWNLOAD_BASE_URL: 'http://127.0.0.1:1',
      ...env,
    },
    isRoot: false,
    platform: 'linux',
    ...changes,
  })
  onTestFinished(() => worker.close())
  return worker
}

function record(worker: ReturnType<typeof createWorkerBinary>) {
  const seen: WorkerStatus[] = []
  worker.onChange((status) => seen.push(status))
  return seen
}

function makeFolder() {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'openlaunch-worker-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

async function cacheIn(folder: string) {
  const { version } = await findMediasoup()
  return locateCache({ XDG_CACHE_HOME: folder }, 'linux', version)
}

async function writeProgram(folder: string, name: string, script: string) {
  const file = path.join(folder, name)
  await writeFile(file, script)
  await chmod(file, 0o755)
  return file
}

/** Programs that do as if they compiled, and write a line into the file `compiles` each time */
async function writeToolchain(folder: string) {
  const programs = path.join(folder, 'toolchain')
  await mkdir(programs, { recursive: true })
  for (const name of ['c++', 'strip', 'pkg-config', 'flatc']) {
    await writeProgram(programs, name, '#!/bin/sh\nexit 0\n')
  }
  const commands = '[{"command":"c++ -DNDEBUG -O3 -c a.cpp","file":"a.cpp"}]'
  await writeProgram(
    programs,
    'meson',
    `#!/bin/sh\n/bin/mkdir build && echo '${commands}' > build/compile_commands.json\n`,
  )
  await writeProgram(
    programs,
    'ninja',
    `#!/bin/sh
echo compiled >> ${path.join(folder, 'compiles')}
echo "[1/2] Compiling a.cpp"
/bin/sleep 2
echo "[2/2] Linking"
printf '#!/bin/sh\\nexit 41\\n' > build/mediasoup-worker
/bin/chmod +x build/mediasoup-worker
`,
  )
  return programs
}

async function serve(listener: RequestListener) {
  const server = createServer(listener).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}
