// Table of contents: every REST mount, below /api/v1, and the document that describes them.
import type { OpenAPIHono } from '@hono/zod-openapi'
import { accountRoutes } from './accounts/routes.ts'
import type { AppContext } from './app.ts'
import { attachmentRoutes } from './attachments/routes.ts'
import { channelRoutes } from './channels/routes.ts'
import { archiveRoutes } from './files/archive/routes.ts'
import { fileRoutes } from './files/routes.ts'
import { fileSearchRoutes } from './files/search/routes.ts'
import { uploadRoutes } from './files/upload-routes.ts'
import { guestRoutes } from './guests/routes.ts'
import { idempotencyParameter } from './idempotency.ts'
import { issueRoutes } from './issues/routes.ts'
import { singleMessageRoutes } from './messages/message-routes.ts'
import { messageRoutes } from './messages/routes.ts'
import { searchRoutes } from './messages/search-routes.ts'
import { threadRoutes } from './messages/thread-routes.ts'
import { presenceRoutes } from './presence/routes.ts'
import { inviteRoutes } from './projects/invite-routes.ts'
import { memberRoutes } from './projects/member-routes.ts'
import { moderationRoutes } from './projects/moderation-routes.ts'
import { projectRoutes } from './projects/routes.ts'
import { updateRoutes } from './projects/update-routes.ts'
import type { RestEnv } from './rest.ts'
import { codeThreadRoutes } from './threads/routes.ts'
import { userRoutes } from './users/routes.ts'
import { versionRoutes } from './versions/routes.ts'

const PREFIX = '/api/v1'

const endpoints = (context: AppContext) => [
  accountRoutes(context),
  userRoutes(context),
  projectRoutes(context),
  memberRoutes(context),
  inviteRoutes(context),
  moderationRoutes(context),
  updateRoutes(context),
  issueRoutes(context),
  // Before single files, whose ids are any word.
  codeThreadRoutes(context),
  uploadRoutes(context),
  archiveRoutes(context),
  fileSearchRoutes(context),
  fileRoutes(context),
  versionRoutes(context),
  channelRoutes(context),
  messageRoutes(context),
  // Before single messages, whose ids are any word.
  searchRoutes(context),
  singleMessageRoutes(context),
  threadRoutes(context),
  presenceRoutes(context),
  guestRoutes(context),
  attachmentRoutes(context),
]

export function mountEndpoints(app: OpenAPIHono<RestEnv>, context: AppContext) {
  app.openAPIRegistry.registerComponent('securitySchemes', 'bearer', {
    type: 'http',
    scheme: 'bearer',
    bearerFormat: 'JWT',
  })
  app.openAPIRegistry.registerComponent('parameters', 'IdempotencyKey', idempotencyParameter)
  for (const routes of endpoints(context)) app.route(PREFIX, routes)
  app.doc31(`${PREFIX}/openapi.json`, {
    openapi: '3.1.0',
    info: {
      title: 'OpenLaunch',
      version: context.version,
      description:
        'Accounts, projects, issues, files, comments on code, channels, messages and attachments. Rooms, chat, live files and calls speak over websockets: ' +
        'see docs/PROTOCOL.md.',
    },
    servers: [{ url: '/' }],
  })
}
