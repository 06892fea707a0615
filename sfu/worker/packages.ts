// What the compile needs from the distribution: found, installed (Debian and its kin, as root), or asked for.
import { findProgram, messageOf, runCommand, type Environment } from './command.ts'

interface Need {
  /** Debian's name, which the others mostly share */
  package: string
  programs: string[]
  /** Names known to pkg-config */
  libraries: string[]
  /** Where pkg-config is no proof */
  header?: string
}

const needs: Need[] = [
  { package: 'g++', programs: ['c++', 'strip'], libraries: [] },
  { package: 'meson', programs: ['meson'], libraries: [] },
  { package: 'ninja-build', programs: ['ninja'], libraries: [] },
  { package: 'pkg-config', programs: ['pkg-config'], libraries: [] },
  { package: 'libuv1-dev', programs: [], libraries: ['libuv'] },
  { package: 'libssl-dev', programs: [], libraries: ['openssl'] },
  { package: 'libsrtp2-dev', programs: [], libraries: ['libsrtp2'] },
  { package: 'libabsl-dev', programs: [], libraries: ['absl_strings', 'absl_inlined_vector'] },
  // Debian has flatbuffers.pc in the package without the headers.
  {
    package: 'libflatbuffers-dev',
    programs: [],
    libraries: ['flatbuffers'],
    header: 'flatbuffers/flatbuffers.h',
  },
  { package: 'flatbuffers-compiler', programs: ['flatc'], libraries: [] },
]

export interface PackageOptions {
  env: Environment
  folder: string
  logFile: string
  signal: AbortSignal
  isRoot: boolean
  /** Called before anything is installed */
  onInstall: (packages: string[]) => void
}

/** @throws {Error} with the one command that the user has to run, when packages are missing and stay so */
export async function providePackages(options: PackageOptions) {
  const missing = await findMissing(options)
  if (missing.length === 0) return
  const aptGet = await findProgram('apt-get', options.env)
  if (!aptGet) {
    throw new Error(
      `compiling it here needs what Debian calls ${missing.join(', ')}: install these and start again`,
    )
  }
  const command = `apt-get install -y ${missing.join(' ')}`
  const advice = `Run "${options.isRoot ? '' : 'sudo '}${command}" and start again`
  if (!options.isRoot) throw new Error(`compiling it here needs packages. ${advice}`)
  options.onInstall(missing)
  try {
    await installPackages(aptGet, missing, options)
  } catch (error) {
    options.signal.throwIfAborted()
    throw new Error(
      `the packages to compile it could not be installed (${messageOf(error)}). ${advice}`,
      {
        cause: error,
      },
    )
  }
  const still = await findMissing(options)
  if (still.length > 0)
    throw new Error(`compiling it here needs ${still.join(', ')}, even after "${command}"`)
}

/** @returns the packages that are missing, by Debian's names */
async function findMissing({ env, folder, logFile, signal }: PackageOptions) {
  const endsWell = async (name: string, ...args: string[]) => {
    const program = await findProgram(name, env)
    if (!program) return false
    return runCommand(program, args, { env, cwd: folder, logFile, signal }).then(
      () => true,
      () => false,
    )
  }
  const isThere = async ({ programs, libraries, header }: Need) => {
    for (const name of programs) if (!(await findProgram(name, env))) return false
    for (const name of libraries)
      if (!(await endsWell('pkg-config', '--exists', name))) return false
    return !header || endsWell('c++', '-fsyntax-only', '-x', 'c++', '-include', header, '/dev/null')
  }
  const there = await Promise.all(needs.map(isThere))
  signal.throwIfAborted()
  return needs.filter((_, index) => !there[index]).map((need) => need.package)
}

async function installPackages(aptGet: string, packages: string[], options: PackageOptions) {
  const { env, folder, logFile, signal } = options
  const command = {
    env: { ...env, DEBIAN_FRONTEND: 'noninteractive', LC_ALL: 'C' },
    cwd: folder,
    logFile,
  }
  const settings = ['DPkg::Lock::Timeout=60', 'Acquire::http::Timeout=20', 'Acquire::Retries=1']
  const common = ['-q', '-y', ...settings.flatMap((setting) => ['-o', setting])]
  const install = [...common, '--no-install-recommends', 'install', ...packages]
  // A failed update is no verdict: the lists at hand may do, and if not the next step says so.
  await runCommand(aptGet, [...common, 'update'], { ...command, signal }).catch(() => {})
  await runCommand(aptGet, [...install, '--download-only'], { ...command, signal })
  // Without the signal: dpkg ended half-way leaves a system that the user has to repair by hand.
  await runCommand(aptGet, install, command)
}
