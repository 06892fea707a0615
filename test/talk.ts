// A room for a test: a project, and a channel where nobody speaks but the people of the test.
import type { ChannelInfo } from '../protocol/chat.ts'
import { connect, createProject, type Person } from './people.ts'

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

/** Its first person owns the project; all of them are in its room. */
export async function openRoom(owner: Person, ...others: Person[]) {
  const { id: projectId, slug } = await createProject(owner, others)
  const channelId = await openChannel(owner, slug, 'talk')
  const enter = async (person: Person) => {
    const client = await connect(person)
    await client.request('join_project', { projectId })
    const say = (message: string, more: { threadId?: string; nonce?: string } = {}) =>
      client.request('send_message', { projectId, channelId, message, ...more })
    return { ...client, say }
  }
  const clients = []
  for (const person of [owner, ...others]) clients.push(await enter(person))
  return { projectId, slug, channelId, clients, enter }
}
