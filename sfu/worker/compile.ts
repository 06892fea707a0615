// Compiles the worker from the source in the npm package against the distribution's libraries.
import { cp, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { runCommand, type Environment } from './command.ts'

export interface CompileOptions {
  mediasoupFolder: string
  /** An empty folder to work in */
  folder: string
  env: Environment
  logFile: string
  signal: AbortSignal
  /** 0 to 1; first called when the compile proper begins */
  onProgress: (progress: number) => void
}

const shims = path.join(import.meta.dirname, 'subprojects')

/** Why each: subprojects/README.md */
const patches = [
  { file: 'meson.build', from: /meson_version: '>= 1\.\d+\.\d+'/, to: "meson_version: '>= 1.0.0'" },
  {
    file: 'src/RTC/DtlsTransport.cpp',
    from: /\(operationType == BIO_CB_RETURN\) \? static_cast<long>\(ret\) : 1;/,
    to: '((operationType & BIO_CB_RETURN) != 0) ? static_cast<long>(ret) : 1;',
  },
]

/**
 * Needs the packages of packages.ts.
 * @returns the path of the binary, inside `folder`
 */
export async function compileWorker(options: CompileOptions) {
  const { folder, env, logFile, signal, onProgress } = options
  const cwd = path.join(folder, 'worker')
  const build = path.join(cwd, 'build')
  const command = { cwd, env, logFile, signal, nice: true }
  await prepareSource(options.mediasoupFolder, cwd)
  await runCommand('meson', ['setup', '--wrap-mode=nodownload', ...buildOptions, 'build'], command)
  await checkFlags(build, cwd)
  onProgress(0)
  await runCommand('ninja', ['-C', 'build', '-j', String(countJobs()), 'mediasoup-worker'], {
    ...command,
    onLine: (line) => {
      const [, done, total] = /^\[(\d+)\/(\d+)\]/.exec(line) ?? []
      if (done && total) onProgress(Number(done) / Number(total))
    },
  })
  const binary = path.join(build, 'mediasoup-worker')
  await runCommand('strip', [binary], command)
  return binary
}

// Not --buildtype: Meson 1.0 given both drops the optimization without a word.
const buildOptions = ['-Doptimization=3', '-Ddebug=false', '-Db_ndebug=true']

async function prepareSource(mediasoupFolder: string, target: string) {
  await cp(path.join(mediasoupFolder, 'worker'), target, { recursive: true })
  const subprojects = path.join(target, 'subprojects')
  for (const name of await readdir(subprojects)) {
    if (name.endsWith('.wrap')) await rm(path.join(subprojects, name))
  }
  await cp(shims, subprojects, { recursive: true })
  for (const { file, from, to } of patches) {
    const name = path.join(target, file)
    const text = await readFile(name, 'utf8')
    if (!from.test(text))
      throw new Error(`${file} of this mediasoup is not what OpenLaunch knows how to patch`)
    await writeFile(name, text.replace(from, to))
  }
}

/** An unoptimised worker costs half as much processor again, and nothing else would show it. */
async function checkFlags(build: string, cwd: string) {
  const text = await readFile(path.join(build, 'compile_commands.json'), 'utf8')
  const commands = JSON.parse(text) as { command: string; file: string }[]
  for (const flag of ['-O3', '-DNDEBUG']) {
    const without = commands.find(({ command }) => !command.split(' ').includes(flag))
    if (without)
      throw new Error(`${path.relative(cwd, without.file)} would be compiled without ${flag}`)
  }
}

/** A compiler takes up to 0.5 GB: on a small machine, more of them at once would get the server killed. */
function countJobs() {
  const fitting = Math.floor(os.freemem() / 0.6e9)
  return Math.max(1, Math.min(os.availableParallelism(), fitting))
}
