// A room for a test: a project, and a channel where nobody speaks but the people of the test.
import { afterAll } from 'vitest'
import type { ChannelInfo } from '../protocol/chat.ts'
import { connect, createProject, register, type Person } from './people.ts'
import { startTestServer } from './server.ts'

type ForEach<List extends readonly unknown[], Item> = { [Index in keyof List]: Item }

/** A server for a whole test file, and people on it: to be awaited at its top. */
export async function openServer<Names extends string[]>(...names: Names) {
  const server = await startTestServer()
  afterAll(() => server.close())
  const people: Person[] = []
  for (const name of names) people.push(await register(server.url, name))
  return { server, people: people as ForEach<Names, Person> }
}

export async function openChannel(
  owner: Person,
  slug: string,
  name: string,
  more: { kind?: 'private'; memberIds?: string[] } = {},
) {
  const created = await owner.rest('POST', `/projects/${slug}/channels`, { name, ...more })
  if (created.status !== 201) throw new Error(JSON.stringify(created))
  return (created.data as ChannelInfo).id
}

/** Its first person owns the project; all of them are in its room, each with a client. */
export async function openRoom<People extends [Person, ...Person[]]>(...people: People) {
  const [owner, ...others] = people
  const { id: projectId, slug } = await createProject(owner, others)
  const channelId = await openChannel(owner, slug, 'talk')
  const enter = async (person: Person) => {
    const client = await connect(person)
    await client.request('join_project', { projectId })
    const say = (message: string, more: { threadId?: string; nonce?: string } = {}) =>
      client.request('send_message', { projectId, channelId, message, ...more })
    return { ...client, say }
  }
  const entered = []
  for (const person of people) entered.push(await enter(person))
  const clients = entered as ForEach<People, (typeof entered)[number]>
  return { projectId, slug, channelId, clients, enter }
}
