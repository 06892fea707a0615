import { z } from 'zod'
import type { Principal } from '../../protocol/access.ts'
import type { ReadState } from '../../protocol/chat.ts'
import { createEndpoints } from '../rest.ts'
import { publicUserSchema } from '../users/schema.ts'
import {
  changeChannel,
  createChannel,
  listOwnChannels,
  readOwnChannel,
  type ChannelOptions,
} from './channels.ts'
import { openDirect } from './direct.ts'
import { addPerson, listPeople, removePerson } from './membership.ts'
import {
  channelChangeSchema,
  channelMemberSchema,
  channelSchema,
  directSchema,
  newChannelSchema,
  readMarkSchema,
  readStateSchema,
} from './schema.ts'

/** What the realtime plane does for us; `project` is an id or a slug. */
export interface ReadMarks {
  markRead(
    reader: Principal,
    project: string,
    channelId: string | undefined,
    seq: number,
  ): Promise<ReadState>
}

const errors = ['NOT_FOUND', 'INSUFFICIENT_PERMISSIONS'] as const

export function channelRoutes(context: ChannelOptions & { messages: ReadMarks }) {
  const { app, get, post, patch, remove } = createEndpoints('Channels')
  const { db, channelChanged, announce, messages } = context
  const options = { db, channelChanged, announce }

  get(
    '/projects/{slug}/channels',
    {
      summary: 'List the channels that one may read, with what is unread',
      description:
        'The first one comes first, then by name, then conversations by their newest message.',
      data: z.array(channelSchema),
      errors,
    },
    ({ principal, params }) => listOwnChannels(db, principal, params.slug),
  )

  post(
    '/projects/{slug}/channels',
    {
      summary: 'Create a public or private channel',
      body: newChannelSchema,
      status: 201,
      data: channelSchema,
      errors: [...errors, 'CONFLICT', 'UNPROCESSABLE'],
    },
    ({ principal, params, body }) => createChannel(options, principal, params.slug, body),
  )

  post(
    '/projects/{slug}/conversations',
    {
      summary: 'Open the conversation with one or a few others',
      description: 'The same people have one conversation: opening it again answers it.',
      body: directSchema,
      data: channelSchema,
      errors: [...errors, 'UNPROCESSABLE'],
    },
    ({ principal, params, body }) => openDirect(options, principal, params.slug, body.userIds),
  )

  get(
    '/projects/{slug}/channels/{channelId}',
    { summary: 'Read a channel', data: channelSchema, errors },
    ({ principal, params }) => readOwnChannel(db, principal, params.slug, params.channelId),
  )

  patch(
    '/projects/{slug}/channels/{channelId}',
    {
      summary: 'Rename or archive a channel, or change its topic',
      description:
        'Whoever may write changes the topic; its maker and maintainers do the rest. `archived: false` brings it back.',
      body: channelChangeSchema,
      data: channelSchema,
      errors: [...errors, 'CONFLICT', 'UNPROCESSABLE'],
    },
    ({ principal, params, body }) =>
      changeChannel(options, principal, params.slug, params.channelId, body),
  )

  get(
    '/projects/{slug}/channels/{channelId}/members',
    { summary: 'List who is in a channel', data: z.array(publicUserSchema), errors },
    ({ principal, params }) => listPeople(db, principal, params.slug, params.channelId),
  )

  post(
    '/projects/{slug}/channels/{channelId}/members',
    {
      summary: 'Bring somebody into a private channel',
      description: 'Answers who is in it then.',
      body: channelMemberSchema,
      status: 201,
      data: z.array(publicUserSchema),
      errors: [...errors, 'CONFLICT', 'UNPROCESSABLE'],
    },
    ({ principal, params, body }) =>
      addPerson(options, principal, params.slug, params.channelId, body.userId),
  )

  remove(
    '/projects/{slug}/channels/{channelId}/members/{userId}',
    {
      summary: 'Leave a private channel, or remove somebody',
      errors: [...errors, 'UNPROCESSABLE'],
    },
    ({ principal, params }) =>
      removePerson(options, principal, params.slug, params.channelId, params.userId),
  )

  post(
    '/projects/{slug}/channels/{channelId}/read',
    {
      summary: 'Mark a channel as read up to a message',
      description: 'Marks only grow.',
      body: readMarkSchema,
      data: readStateSchema,
      errors,
    },
    ({ principal, params, body }) =>
      messages.markRead(principal, params.slug, params.channelId, body.seq),
  )

  return app
}
