// What the room tells about its project: into the cache, and as a small notice where somebody else did it.
import type { ProjectUpdate, UpdateType } from '../../protocol/events.ts'
import type { ProjectFile } from '../../server/files/schema.ts'
import type { CommentCreated, Issue, IssueUpdated } from '../../server/issues/schema.ts'
import type { Member, Project } from '../../server/projects/schema.ts'
import type { CodeThread } from '../../server/threads/schema.ts'
import type { FileVersion } from '../../server/versions/schema.ts'
import { dropThread, putIssue, putThread } from '../comments/queries.ts'
import { dropFile, putFile, refreshFiles, returnFile } from '../files/queries.ts'
import { refreshVersions } from '../history/queries.ts'
import { refreshComments, refreshIssue } from '../issues/queries.ts'
import { projectKey } from '../projects/queries.ts'
import { queryClient } from '../query.ts'

type VersionUpdate = FileVersion & { path: string }

/** `data` of each kind of update, as the server writes it into the project's log. */
interface UpdateData {
  issue_created: Issue
  issue_updated: IssueUpdated
  issue_deleted: Issue
  comment_created: CommentCreated
  member_joined: Member
  member_updated: Member
  member_left: Member
  project_updated: Omit<Project, 'role'>
  file_created: ProjectFile
  file_updated: ProjectFile
  file_deleted: ProjectFile
  file_restored: ProjectFile
  files_changed: unknown
  thread_created: CodeThread
  thread_updated: CodeThread
  thread_deleted: CodeThread
  version_created: VersionUpdate
  version_updated: VersionUpdate
  version_restored: VersionUpdate
}

/** What is told of somebody else's doing. */
interface Notice {
  text: string
  /** Not told to whoever looks at this issue: they see it */
  issueId?: string
}

const refreshProject = (slug: string) =>
  void queryClient.invalidateQueries({ queryKey: projectKey(slug) })

const changes: { [Type in UpdateType]: (slug: string, data: UpdateData[Type]) => void } = {
  issue_created: refreshIssue,
  issue_updated(slug, issue) {
    refreshIssue(slug, issue)
    putIssue(slug, issue)
  },
  issue_deleted(slug, issue) {
    refreshIssue(slug, issue)
    putIssue(slug, issue, true)
  },
  comment_created: refreshComments,
  member_joined: refreshProject,
  member_updated: refreshProject,
  member_left: refreshProject,
  project_updated: refreshProject,
  file_created: putFile,
  file_updated: putFile,
  file_deleted: dropFile,
  file_restored: returnFile,
  files_changed: refreshFiles,
  thread_created: putThread,
  thread_updated: putThread,
  thread_deleted: dropThread,
  version_created: refreshVersions,
  version_updated: refreshVersions,
  version_restored: refreshVersions,
}

const whereIs = (slug: string, issueId: string) =>
  queryClient
    .getQueriesData<Issue>({ queryKey: ['issue', slug] })
    .find(([, issue]) => issue?.id === issueId)?.[1]?.number

const notices: {
  [Type in UpdateType]?: (who: string, data: UpdateData[Type]) => Notice | undefined
} = {
  issue_created: (who, issue) => ({
    text: `${who} opened issue #${issue.number}: ${issue.title}`,
    issueId: issue.id,
  }),
  issue_updated: (who, issue) => ({
    text: `${who} ${issue.status === 'closed' ? 'closed' : 'changed'} issue #${issue.number}`,
    issueId: issue.id,
  }),
  comment_created: (who, { issueId, issue }) => ({
    text: `${who} commented on #${issue.number}: ${issue.title}`,
    issueId,
  }),
  member_joined: (_who, member) => ({ text: `${member.displayName} joined the project` }),
  member_left: (_who, member) => ({ text: `${member.displayName} left the project` }),
  project_updated: (who) => ({ text: `${who} changed the project` }),
  file_created: (who, file) => ({ text: `${who} created ${file.path}` }),
  file_deleted: (who, file) => ({ text: `${who} deleted ${file.path}` }),
  // Sessions of work end all the time.
  version_created: (who, { name, path }) =>
    name === null ? undefined : { text: `${who} named a version of ${path}: ${name}` },
  version_restored: (who, version) => ({
    text: `${who} restored version ${version.restoredFrom} of ${version.path}`,
  }),
  file_restored: (who, file) => ({ text: `${who} restored ${file.path}` }),
}

export function applyUpdate(slug: string, update: ProjectUpdate) {
  const apply = changes[update.updateType] as (slug: string, data: unknown) => void
  apply(slug, update.data)
}

/** @param who name of whoever did it */
export function describeUpdate(slug: string, update: ProjectUpdate, who: string) {
  const describe = notices[update.updateType] as
    ((who: string, data: unknown) => Notice | undefined) | undefined
  const notice = describe?.(who, update.data)
  if (!notice) return undefined
  const number = notice.issueId === undefined ? undefined : whereIs(slug, notice.issueId)
  const seen = number !== undefined && location.pathname === `/p/${slug}/issues/${number}`
  return seen ? undefined : notice.text
}

/** Too much was missed to replay it. */
export const refreshRoom = (slug: string) =>
  void queryClient.invalidateQueries({
    predicate: ({ queryKey }) => queryKey[1] === slug,
  })
