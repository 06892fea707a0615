import { z } from 'zod'
import { issueSchema } from '../issues/schema.ts'
import { pageMetaSchema, pageSchema } from '../listing.ts'
import { createEndpoints } from '../rest.ts'
import { addReply, deleteComment, editComment } from './comments.ts'
import { createThreadIssue } from './issue.ts'
import {
  codeCommentTextSchema,
  codeThreadSchema,
  fileThreadFilterSchema,
  newThreadSchema,
  placedThreadSchema,
  threadChangeSchema,
  threadFilterSchema,
  threadIssueSchema,
} from './schema.ts'
import {
  changeThread,
  createThread,
  listFileThreads,
  listProjectThreads,
  readThread,
  type ThreadOptions,
} from './threads.ts'

const errors = ['NOT_FOUND', 'INSUFFICIENT_PERMISSIONS'] as const
const query = threadFilterSchema.extend(pageSchema.shape)
const ALL = '/projects/{slug}/files/{fileId}/threads'
const ONE = `${ALL}/{threadId}` as const
const COMMENT = `${ONE}/comments/{commentId}` as const

export function codeThreadRoutes({ db, publish, emit, documents }: ThreadOptions) {
  const { app, get, post, patch, remove } = createEndpoints('Comments on code')
  const options = { db, publish, emit, documents }

  get(
    '/projects/{slug}/files/threads',
    {
      summary: 'List the threads on the files of a project, newest first',
      query,
      data: z.array(codeThreadSchema),
      meta: pageMetaSchema,
      errors: ['NOT_FOUND'],
    },
    ({ principal, params, query }) => listProjectThreads(options, principal, params.slug, query),
  )

  get(
    ALL,
    {
      summary: 'List the threads on a file, in the order in which they were begun',
      query: fileThreadFilterSchema.extend(pageSchema.shape),
      data: z.array(placedThreadSchema),
      meta: pageMetaSchema,
      errors: ['NOT_FOUND'],
    },
    ({ principal, params, query }) => listFileThreads(options, principal, params, query),
  )

  post(
    ALL,
    {
      summary: 'Comment on a range of a file',
      description: 'Editors say where with `anchor`, programs that have no live text with `lines`.',
      body: newThreadSchema,
      status: 201,
      data: codeThreadSchema,
      errors: [...errors, 'UNPROCESSABLE'],
    },
    ({ principal, params, body }) => createThread(options, principal, params, body),
  )

  get(
    ONE,
    {
      summary: 'Read a thread, and where it is now',
      data: placedThreadSchema,
      errors: ['NOT_FOUND'],
    },
    ({ principal, params }) => readThread(options, principal, params),
  )

  patch(
    ONE,
    {
      summary: 'Resolve a thread, open it again, or attach it to other text',
      description: 'Another text needs the permission to write.',
      body: threadChangeSchema,
      data: codeThreadSchema,
      errors: [...errors, 'UNPROCESSABLE'],
    },
    ({ principal, params, body }) => changeThread(options, principal, params, body),
  )

  post(
    `${ONE}/comments`,
    {
      summary: 'Reply in a thread; a resolved one is open again',
      body: codeCommentTextSchema,
      status: 201,
      data: codeThreadSchema,
      errors: [...errors, 'UNPROCESSABLE'],
    },
    ({ principal, params, body }) => addReply(options, principal, params, body.content),
  )

  patch(
    COMMENT,
    {
      summary: 'Edit a comment of one’s own',
      body: codeCommentTextSchema,
      data: codeThreadSchema,
      errors: [...errors, 'CONFLICT', 'UNPROCESSABLE'],
    },
    ({ principal, params, body }) => editComment(options, principal, params, body.content),
  )

  remove(
    COMMENT,
    {
      summary: 'Delete a comment; the last one takes the thread with it',
      errors,
    },
    ({ principal, params }) => deleteComment(options, principal, params),
  )

  post(
    `${ONE}/issue`,
    {
      summary: 'Make an issue of a thread',
      description: 'A thread has one: where it was made already, that one is answered.',
      body: threadIssueSchema,
      data: issueSchema,
      errors,
    },
    ({ principal, params, body }) => createThreadIssue(options, principal, params, body),
  )

  return app
}
