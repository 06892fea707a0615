// `npm run demo`: starts the server and fills an empty installation with a small team, through the same doors that
// people use. Then it stays up.
import { pino } from 'pino'
import { openDatabase } from '../db/database.ts'
import type { SignedIn } from '../server/accounts/schema.ts'
import { loadConfig } from '../server/config.ts'
import type { ProjectDetails } from '../server/projects/schema.ts'
import { startServer } from '../server/start.ts'
import { fillChat } from './demo/chat.ts'

const PASSWORD = 'openlaunch demo'

const team = {
  ada: {
    displayName: 'Ada Lovelace',
    skills: ['TypeScript', 'Mathematics'],
    bio: 'Writes programs for engines that are still being built.',
  },
  grace: {
    displayName: 'Grace Hopper',
    skills: ['Compilers', 'COBOL'],
    bio: 'Finds bugs, sometimes real ones.',
  },
  margaret: {
    displayName: 'Margaret Hamilton',
    skills: ['React', 'Flight software'],
    bio: 'Plans for what could not possibly go wrong.',
  },
}

const files = {
  'README.md': `# Moonshot\n\nTrajectories in the browser, together.\n\n- \`src/orbit.ts\` integrates the path\n- \`src/main.ts\` draws it\n\nRun \`npm run dev\` and open two windows.\n`,
  'src/orbit.ts': `/** Position and velocity, in metres and metres per second. */\nexport interface State {\n  x: number\n  y: number\n  vx: number\n  vy: number\n}\n\nconst GM = 3.986e14\n\n/** One step of the leapfrog integrator: it keeps the energy of an orbit. */\nexport function step(s: State, dt: number): State {\n  const r3 = Math.hypot(s.x, s.y) ** 3\n  const vx = s.vx - (GM * s.x * dt) / r3\n  const vy = s.vy - (GM * s.y * dt) / r3\n  return { x: s.x + vx * dt, y: s.y + vy * dt, vx, vy }\n}\n`,
  'src/main.ts': `import { step, type State } from './orbit.ts'\n\nlet state: State = { x: 6.771e6, y: 0, vx: 0, vy: 7_672 }\n\nfor (let t = 0; t < 5_560; t += 10) state = step(state, 10)\nconsole.log('after one revolution', state)\n`,
  'docs/standup.md': `# Standup\n\n| who | yesterday | today |\n| --- | --- | --- |\n| Ada | integrator | error bounds |\n| Grace | build | types |\n| Margaret | first plot | colours |\n`,
}

/** Comments on code */
const threads = [
  {
    path: 'src/orbit.ts',
    lines: { first: 9, last: 9 },
    said: [
      ['grace', 'Four digits only? @ada, is that enough for a long run?'],
      ['ada', 'For drawing, yes. For `src/main.ts:5` I would take `3.986004418e14`.'],
    ],
  },
  {
    path: 'src/orbit.ts',
    lines: { first: 13, last: 15 },
    said: [['margaret', 'Could `r3` become zero? Then both are `NaN`, and the picture is empty.']],
  },
] as const

const issues = [
  {
    by: 'ada',
    title: 'Energy drifts over long runs',
    priority: 'high',
    labels: ['bug', 'physics'],
    description:
      'After about 200 revolutions the orbit has grown by 3 km. Leapfrog should keep it bounded; is `dt` too large?',
    comments: [
      ['grace', 'I can reproduce it with dt = 60. With dt = 10 it stays.'],
      ['ada', 'Then let us choose the step from the radius.'],
    ],
    status: 'in_progress',
    assignee: 'ada',
  },
  {
    by: 'margaret',
    title: 'Draw the trail with fading colours',
    priority: 'medium',
    labels: ['ui'],
    description: 'The last revolution bright, older ones paler.',
    comments: [],
    status: 'open',
    assignee: 'margaret',
  },
  {
    by: 'grace',
    title: 'The build takes four seconds',
    priority: 'low',
    labels: ['build'],
    description: null,
    comments: [['margaret', 'Type checking runs twice. Removed one of them.']],
    status: 'closed',
    assignee: 'grace',
  },
] as const

/** One line instead of a stack trace. */
process.on('uncaughtException', (error) => {
  console.error(`The demo cannot run.\n${error.message}`)
  process.exit(1)
})

const config = loadConfig()
const existing = await openDatabase({ url: config.databaseUrl, dataDir: config.dataDir })
const isEmpty = !(await existing.db.selectFrom('users').select('id').limit(1).executeTakeFirst())
await existing.close()

const server = await startServer(config, pino({ level: 'warn' }, process.stderr))
const url = `http://localhost:${server.port}`
if (isEmpty) await fill()
console.log(`OpenLaunch is ready: ${url}`)
console.log(
  isEmpty
    ? `Sign in as ${Object.keys(team).join(', ')} with the password "${PASSWORD}".`
    : 'People have registered here already, so nothing was added. For the demo team, set DATA_DIR to a new directory.',
)
let closing: Promise<void> | undefined
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  // Ctrl-C comes twice, from the terminal and from the launcher.
  process.on(signal, () => void (closing ??= server.close().then(() => process.exit(0))))
}

async function fill() {
  const people = new Map<string, SignedIn>()
  for (const [username, profile] of Object.entries(team)) {
    const account = { email: `${username}@demo.example`, username, password: PASSWORD }
    const signedIn = await post<SignedIn>(undefined, '/auth/register', account)
    people.set(username, signedIn)
    await send('PATCH', signedIn.token, '/users/me', profile)
  }
  const token = (username: string) => people.get(username)?.token
  const id = (username: string) => people.get(username)?.user.id

  const project = await post<ProjectDetails>(token('ada'), '/projects', {
    name: 'Moonshot',
    description: 'Trajectories in the browser, together.',
    category: 'science',
    tags: ['physics', 'canvas'],
    techStack: ['TypeScript', 'Canvas'],
    difficulty: 'intermediate',
  })
  const at = `/projects/${project.slug}`
  await post(token('ada'), `${at}/members`, { username: 'grace', role: 'maintainer' })
  await post(token('ada'), `${at}/members`, { username: 'margaret', role: 'contributor' })
  const fileIds = new Map<string, string>()
  for (const [path, content] of Object.entries(files)) {
    const { id } = await post<{ id: string }>(token('ada'), `${at}/files`, { path, content })
    fileIds.set(path, id)
  }
  for (const { path, lines, said } of threads) {
    const [[first, content], ...replies] = said
    const url = `${at}/files/${fileIds.get(path)}/threads`
    const thread = await post<{ id: string }>(token(first), url, { lines, content })
    for (const [who, reply] of replies)
      await post(token(who), `${url}/${thread.id}/comments`, { content: reply })
  }
  for (const { by, comments, status, assignee, ...issue } of issues) {
    const { number } = await post<{ number: number }>(token(by), `${at}/issues`, issue)
    for (const [who, content] of comments) {
      await post(token(who), `${at}/issues/${number}/comments`, { content })
    }
    await send('PATCH', token('ada'), `${at}/issues/${number}`, {
      status,
      assigneeId: id(assignee),
    })
  }
  await fillChat({
    at,
    id: (username) => id(username) ?? '',
    send: (method, username, path, body) => send(method, token(username), path, body),
  })
}

function post<Data>(token: string | undefined, path: string, body: object) {
  return send<Data>('POST', token, path, body)
}

/** @param body JSON, or a file */
async function send<Data>(method: string, token: string | undefined, path: string, body: object) {
  const isFile = body instanceof Blob
  const response = await fetch(`${url}/api/v1${path}`, {
    method,
    headers: {
      'content-type': isFile ? body.type : 'application/json',
      ...(token && { authorization: `Bearer ${token}` }),
    },
    body: isFile ? body : JSON.stringify(body),
  })
  const answer = (await response.json()) as { data: Data; error?: { message: string } }
  if (!response.ok) throw new Error(`${method} ${path}: ${answer.error?.message}`)
  return answer.data
}
