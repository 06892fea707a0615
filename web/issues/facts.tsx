// What can be changed about an issue with one click, beside it.
import { useState } from 'react'
import { Button, Select, TagsInput } from '@mantine/core'
import { Trash2 } from 'lucide-react'
import { useLocation } from 'wouter'
import type { Issue, IssueChange } from '../../server/issues/schema.ts'
import { Confirm } from '../confirm.tsx'
import { notifyError } from '../notice.ts'
import { choices } from '../projects/words.ts'
import { useCan, useOpenProject } from '../room/context.tsx'
import { AssigneeSelect } from './assignee.tsx'
import { changeIssue, deleteIssue } from './queries.ts'
import { priorityNames, statusNames } from './words.tsx'
import classes from './issues.module.css'

export function IssueFacts({ issue }: { issue: Issue }) {
  const { project } = useOpenProject()
  const [, navigate] = useLocation()
  const can = useCan()
  const disabled = !can('issue:write')
  const [deleting, setDeleting] = useState(false)
  const change = (part: IssueChange) =>
    void changeIssue(project.slug, issue, part).catch((error: unknown) =>
      notifyError(error, 'The issue was not changed'),
    )
  return (
    <aside className={classes.facts} aria-label="Properties">
      <Select
        label="Status"
        allowDeselect={false}
        disabled={disabled}
        data={choices(statusNames)}
        value={issue.status}
        onChange={(status) => change({ status: status as Issue['status'] })}
      />
      <Select
        label="Priority"
        allowDeselect={false}
        disabled={disabled}
        data={choices(priorityNames)}
        value={issue.priority}
        onChange={(priority) => change({ priority: priority as Issue['priority'] })}
      />
      <AssigneeSelect
        value={issue.assigneeId}
        current={issue.assignee}
        disabled={disabled}
        onChange={(assigneeId) => change({ assigneeId })}
      />
      <TagsInput
        label="Labels"
        placeholder={issue.labels.length > 0 ? '' : 'None'}
        disabled={disabled}
        value={issue.labels}
        onChange={(labels) => change({ labels })}
      />
      {can('issue:delete') && (
        <Button
          variant="subtle"
          color="red"
          size="compact-sm"
          style={{ justifySelf: 'start', alignSelf: 'flex-start' }}
          leftSection={<Trash2 size={14} />}
          onClick={() => setDeleting(true)}
        >
          Delete issue
        </Button>
      )}
      <Confirm
        opened={deleting}
        title={`Delete issue #${issue.number}`}
        action="Delete issue"
        onClose={() => setDeleting(false)}
        onConfirm={async () => {
          await deleteIssue(project.slug, issue)
          navigate(`/p/${project.slug}/issues`)
        }}
      >
        The issue and its comments will be gone for everybody. This cannot be undone.
      </Confirm>
    </aside>
  )
}
