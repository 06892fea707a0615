// The scripts of docs/EDITORS.md, run as they stand there against a real server, with stock providers.
import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import type { ProjectFile } from '../server/files/schema.ts'
import { createProject, register } from './people.ts'
import { useTestServer } from './server.ts'

const repository = new URL('..', import.meta.url)

function readScript(name: string): string {
  const page = readFileSync(new URL('docs/EDITORS.md', repository), 'utf8')
  const [, code] = new RegExp(`\`\`\`js ${name}\n([^]*?)\n\`\`\``).exec(page) ?? []
  if (!code) throw new Error(`docs/EDITORS.md has no script ${name}`)
  return code
}

/** Runs it where its packages are found. */
async function run(code: string, environment: Record<string, string>) {
  const child = spawn(process.execPath, ['--input-type=module'], {
    cwd: repository,
    env: { ...process.env, ...environment },
  })
  let output = ''
  let errors = ''
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()))
  child.stdin.end(code)
  const status = await new Promise((resolve) => child.once('close', resolve))
  return { status, output, errors }
}

test(
  '[L2] the scripts for other editors edit the text of the page',
  { timeout: 120_000 },
  async () => {
    const server = await useTestServer()
    const ada = await register(server.url)
    const { slug } = await createProject(ada)
    const create = async (path: string) => {
      const answer = await ada.rest('POST', `/projects/${slug}/files`, { path, content: path })
      return (answer.data as ProjectFile).id
    }
    const textOf = async (id: string) => {
      const answer = await ada.rest('GET', `/projects/${slug}/files/${id}`)
      return (answer.data as { content: string }).content
    }
    const [a, b] = [await create('a'), await create('b')]
    const settings = { URL: server.url, TOKEN: ada.token, FILES: `${a},${b}` }

    const many = await run(readScript('hocuspocus'), settings)
    expect(many).toMatchObject({ status: 0, errors: '' })
    expect(await textOf(a)).toBe('a\nwritten by a script')
    expect(await textOf(b)).toBe('b\nwritten by a script')

    const one = await run(readScript('y-websocket'), settings)
    expect(one).toMatchObject({ status: 0, errors: '' })
    await expect.poll(() => textOf(a)).toBe('a first line\na\nwritten by a script')

    for (const name of ['hocuspocus', 'y-websocket']) {
      const refused = await run(readScript(name), { ...settings, FILES: crypto.randomUUID() })
      expect(refused.status, name).toBe(1)
      expect(refused.errors, name).toContain('not found')
    }
  },
)
