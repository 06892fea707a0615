import { z } from 'zod'
import { pageMetaSchema, pageSchema } from '../listing.ts'
import { createEndpoints } from '../rest.ts'
import { addComment, listComments } from './comments.ts'
import {
  changeIssue,
  createIssue,
  deleteIssue,
  listIssues,
  readIssue,
  type IssueOptions,
} from './issues.ts'
import {
  commentSchema,
  issueChangeSchema,
  issueFilterSchema,
  issueSchema,
  newCommentSchema,
  newIssueSchema,
} from './schema.ts'

const errors = ['NOT_FOUND', 'INSUFFICIENT_PERMISSIONS'] as const

export function issueRoutes({ db, publish }: IssueOptions) {
  const { app, get, post, patch, remove } = createEndpoints('Issues')
  const options = { db, publish }

  get(
    '/projects/{slug}/issues',
    {
      summary: 'List the issues of a project, newest first',
      query: issueFilterSchema.extend(pageSchema.shape),
      data: z.array(issueSchema),
      meta: pageMetaSchema,
      errors: ['NOT_FOUND'],
    },
    ({ principal, params, query }) => listIssues(db, principal, params.slug, query),
  )

  post(
    '/projects/{slug}/issues',
    {
      summary: 'Create an issue',
      body: newIssueSchema,
      status: 201,
      data: issueSchema,
      errors: [...errors, 'UNPROCESSABLE'],
    },
    ({ principal, params, body }) => createIssue(options, principal, params.slug, body),
  )

  get(
    '/projects/{slug}/issues/{issueId}',
    {
      summary: 'Read an issue',
      description: '`issueId` is the id or the number, here and below.',
      data: issueSchema,
      errors: ['NOT_FOUND'],
    },
    ({ principal, params }) => readIssue(db, principal, params.slug, params.issueId),
  )

  patch(
    '/projects/{slug}/issues/{issueId}',
    {
      summary: 'Change an issue',
      body: issueChangeSchema,
      data: issueSchema,
      errors: [...errors, 'UNPROCESSABLE'],
    },
    ({ principal, params, body }) =>
      changeIssue(options, principal, params.slug, params.issueId, body),
  )

  remove(
    '/projects/{slug}/issues/{issueId}',
    { summary: 'Delete an issue', errors },
    ({ principal, params }) => deleteIssue(options, principal, params.slug, params.issueId),
  )

  get(
    '/projects/{slug}/issues/{issueId}/comments',
    {
      summary: 'List the comments of an issue, oldest first',
      query: pageSchema,
      data: z.array(commentSchema),
      meta: pageMetaSchema,
      errors: ['NOT_FOUND'],
    },
    ({ principal, params, query }) =>
      listComments(db, principal, params.slug, params.issueId, query),
  )

  post(
    '/projects/{slug}/issues/{issueId}/comments',
    {
      summary: 'Comment on an issue',
      body: newCommentSchema,
      status: 201,
      data: commentSchema,
      errors: [...errors, 'UNPROCESSABLE'],
    },
    ({ principal, params, body }) =>
      addComment(options, principal, params.slug, params.issueId, body),
  )

  return app
}
