// Runs a script under Node 24+: the one at hand if it is new enough, else the one that npm installed as a
// platform package. Plain CommonJS, because it must run on Node 20. It also does what npm's pre-scripts
// would do (ignore-scripts is set): installs what is missing and builds the page when its sources changed.
//   node scripts/node.cjs [--install] [--page] <script> [arguments]
const { spawn, spawnSync } = require('node:child_process')
const { createHash } = require('node:crypto')
const fs = require('node:fs')
const os = require('node:os')
const path = require('node:path')

const root = path.join(__dirname, '..')
const parent = process.ppid
const options = []
const args = process.argv.slice(2)
while (args[0] && args[0].startsWith('--')) options.push(args.shift())

/** sha256 over the names, sizes and times of change of everything below the given paths. */
function fingerprint(paths) {
  const hash = createHash('sha256')
  const visit = (file) => {
    const stat = fs.statSync(file, { throwIfNoEntry: false })
    if (!stat) return
    if (stat.isDirectory())
      for (const name of fs.readdirSync(file).sort()) visit(path.join(file, name))
    else hash.update(`${path.relative(root, file)} ${stat.size} ${stat.mtimeMs}\n`)
  }
  for (const name of paths) visit(path.join(root, name))
  return hash.digest('hex')
}

/** Runs `work` unless the stamp file says that it was done for the same sources. */
function onceFor(stamp, sources, title, work) {
  const now = fingerprint(sources)
  const file = path.join(root, stamp)
  if (fs.existsSync(file) && fs.readFileSync(file, 'utf8') === now) return
  console.log(title)
  const { status, error } = work()
  if (error) console.error(error.message)
  if (status !== 0) process.exit(status || 1)
  fs.mkdirSync(path.dirname(file), { recursive: true })
  fs.writeFileSync(file, now)
}

/** npm writes node_modules/.package-lock.json last, so an older one means an unfinished or outdated install. */
function install() {
  const time = (file) => fs.statSync(path.join(root, file), { throwIfNoEntry: false })?.mtimeMs ?? 0
  if (time('node_modules/.package-lock.json') >= time('package-lock.json')) return
  console.log('Installing packages …')
  const npm = process.env.npm_execpath
  const command = ['ci', '--include=optional', '--no-audit', '--no-fund', '--loglevel=error']
  const { status, error } = npm
    ? spawnSync(process.execPath, [npm, ...command], { cwd: root, stdio: 'inherit' })
    : spawnSync('npm', command, {
        cwd: root,
        stdio: 'inherit',
        shell: process.platform === 'win32',
      })
  if (error) console.error(error.message)
  if (status !== 0) process.exit(status || 1)
}

function findNode() {
  if (Number(process.versions.node.split('.')[0]) >= 24) return process.execPath
  const { platform, arch } = process
  const system = platform === 'win32' ? 'win' : platform
  const name = `${platform === 'darwin' && arch === 'arm64' ? 'node-bin' : 'node'}-${system}-${arch}`
  try {
    const folder = path.dirname(require.resolve(`${name}/package.json`, { paths: [root] }))
    return path.join(folder, platform === 'win32' ? 'bin/node.exe' : 'bin/node')
  } catch {
    console.error(
      `Node ${process.versions.node} is too old: OpenLaunch runs on Node 24 or newer, and the npm package ${name}, ` +
        'which brings one, is not installed. Run "npm ci --include=optional", or install Node 24.',
    )
    process.exit(1)
  }
}

if (options.includes('--install')) install()
const node = findNode()
if (options.includes('--page')) {
  onceFor(
    'dist/.openlaunch-page',
    ['web', 'protocol', 'package-lock.json', 'vite.config.ts'],
    'Building the page …',
    () =>
      spawnSync(node, ['node_modules/vite/bin/vite.js', 'build', '--logLevel', 'warn'], {
        cwd: root,
        stdio: 'inherit',
      }),
  )
}

// V8's collectors of garbage are threads as eager as ours: where there are few cores, four of them hold it up.
const collectors = Math.max(1, Math.min(4, os.availableParallelism() - 1))
const child = spawn(node, [`--v8-pool-size=${collectors}`, ...args], {
  // The channel carries nothing; its end tells the server that we were killed.
  stdio: ['inherit', 'inherit', 'inherit', ...(args[0] === 'server/main.ts' ? ['ipc'] : [])],
  env: {
    // Compiled code is kept between starts: it is a good part of the time that a start takes.
    NODE_COMPILE_CACHE: path.join(root, 'node_modules/.cache/node'),
    ...process.env,
    PATH: path.dirname(node) + path.delimiter + process.env.PATH,
  },
})
let stopping = false
function stop(signal) {
  stopping = true
  child.kill(signal)
}
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => stop(signal))
// npm hands a signal to the shell between it and us, and a shell that does not exec its command keeps it to itself:
// `npm start` would be gone, and the server still there. Nothing tells a process of its parent's end, so it asks.
if (process.env.npm_lifecycle_event) {
  setInterval(() => {
    if (!stopping && process.ppid !== parent) stop('SIGTERM')
  }, 500).unref()
}
child.on('exit', (code, signal) => {
  if (!signal) process.exit(code === null ? 1 : code)
  process.removeAllListeners(signal)
  process.kill(process.pid, signal)
})
