// What the demo team says: in two channels, a private one and between two people.
import type { Attachment, Channel, ChatMessage } from '../../protocol/chat.ts'
import { drawOrbit } from './picture.ts'

type Name = 'ada' | 'grace' | 'margaret'

export interface DemoRoom {
  /** Of the project, below /api/v1 */
  at: string
  id(name: Name): string
  /** @param body JSON, or a file */
  send<Data>(method: string, name: Name, path: string, body: object): Promise<Data>
}

export async function fillChat({ at, id, send }: DemoRoom) {
  const open = (name: Name, path: string, body: object) =>
    send<Channel>('POST', name, `${at}/${path}`, body)
  const say = (
    name: Name,
    message: string,
    more: { in?: Channel; [field: string]: unknown } = {},
  ) => {
    const { in: channel, ...fields } = more
    const path = channel ? `${at}/channels/${channel.id}/messages` : `${at}/messages`
    return send<ChatMessage>('POST', name, path, { message, ...fields })
  }
  const react = (name: Name, { id: messageId }: ChatMessage, emoji: string) =>
    send('POST', name, `${at}/messages/${messageId}/reactions`, { emoji })

  const pushed = await say('ada', 'Good morning! I pushed the integrator to `src/orbit.ts`.')
  await react('grace', pushed, '🚀')
  await react('margaret', pushed, '🚀')
  await react('margaret', pushed, '👀')
  await say('grace', 'Nice. Reading it now.')
  const asked = await say('margaret', 'Can we look at the drift together after standup?')
  const answer = { threadId: asked.id }
  await say('ada', 'Yes: I will share my screen.', answer)
  await say('grace', 'Ten o’clock? I have the numbers by then.', answer)
  await react('ada', await say('margaret', 'Ten is fine.', answer), '👍')
  const picture = await send<Attachment>(
    'POST',
    'grace',
    `${at}/attachments?name=drift.png`,
    drawOrbit(),
  )
  const found = await say(
    'grace',
    '@ada found it, I think: the step is constant, and near the Earth it is far too long. Green is the truth, red is ours.',
    { attachmentIds: [picture.id] },
  )
  await react('ada', found, '🎯')
  const fix = await say(
    'ada',
    'Then `dt` follows the radius:\n\n```ts\nconst dt = 10 * (r / R)\n```',
  )
  await send('PATCH', 'ada', `${at}/messages/${fix.id}`, {
    message: 'Then `dt` follows the radius:\n\n```ts\nconst dt = 10 * (r / R) ** 1.5\n```',
  })

  const design = await open('margaret', 'channels', {
    name: 'design',
    topic: 'How a trajectory should look',
  })
  await say('margaret', 'Older revolutions **paler**, so that the last one stands out?', {
    in: design,
  })
  await say('ada', '- bright for the last one\n- 40 % for the one before\n- then gone', {
    in: design,
  })
  const release = await open('ada', 'channels', {
    name: 'release',
    topic: 'Only for those who press the button',
    kind: 'private',
    memberIds: [id('grace')],
  })
  await say('ada', 'We tag 0.2 on Friday, when the drift is gone. @channel agreed?', {
    in: release,
  })
  const direct = await open('grace', 'conversations', { userIds: [id('ada')] })
  await say('grace', 'The moth from the relay is still on my desk. Do you want to see it?', {
    in: direct,
  })
}
