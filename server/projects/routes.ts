import { z } from 'zod'
import type { AttachmentOptions } from '../attachments/attachments.ts'
import type { FileOptions } from '../files/files.ts'
import { pageMetaSchema, pageSchema } from '../listing.ts'
import { createEndpoints } from '../rest.ts'
import {
  changeProject,
  createProject,
  deleteProject,
  listProjects,
  readProject,
  type ProjectOptions,
} from './projects.ts'
import {
  newProjectSchema,
  projectChangeSchema,
  projectDetailsSchema,
  projectFilterSchema,
  projectSchema,
} from './schema.ts'

export function projectRoutes({
  db,
  publish,
  accessChanged,
  documents,
  attachments,
  log,
}: ProjectOptions & Pick<FileOptions, 'documents'> & AttachmentOptions) {
  const { app, get, post, patch, remove } = createEndpoints('Projects')

  get(
    '/projects',
    {
      summary: 'List public projects and your own, newest first',
      query: projectFilterSchema.extend(pageSchema.shape),
      data: z.array(projectSchema),
      meta: pageMetaSchema,
    },
    ({ principal, query }) => listProjects(db, principal, query),
  )

  post(
    '/projects',
    {
      summary: 'Create a project',
      body: newProjectSchema,
      status: 201,
      data: projectDetailsSchema,
    },
    ({ principal, body }) => createProject(db, principal, body),
  )

  get(
    '/projects/{slug}',
    { summary: 'Read a project', data: projectDetailsSchema, errors: ['NOT_FOUND'] },
    ({ principal, params }) => readProject(db, principal, params.slug),
  )

  patch(
    '/projects/{slug}',
    {
      summary: 'Change a project',
      body: projectChangeSchema,
      data: projectDetailsSchema,
      errors: ['NOT_FOUND', 'INSUFFICIENT_PERMISSIONS'],
    },
    ({ principal, params, body }) =>
      changeProject({ db, publish, accessChanged }, principal, params.slug, body),
  )

  remove(
    '/projects/{slug}',
    {
      summary: 'Delete a project and everything in it',
      errors: ['NOT_FOUND', 'INSUFFICIENT_PERMISSIONS'],
    },
    ({ principal, params }) =>
      deleteProject({ db, accessChanged, documents, attachments, log }, principal, params.slug),
  )

  return app
}
