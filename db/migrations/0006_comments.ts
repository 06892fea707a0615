// Comments on code: threads that stand at a range of a file's live text.
import type { Kysely } from 'kysely'
import { runScript } from './script.ts'

const up = `
create table code_threads (
  id uuid primary key,
  project_id uuid not null references projects (id) on delete cascade,
  file_id uuid not null references files (id) on delete cascade,
  seq integer not null,
  rev integer not null default 1,
  anchor jsonb not null,
  quote text not null,
  issue_id uuid references issues (id) on delete set null,
  created_by uuid references users (id) on delete set null,
  created_at timestamptz not null default now(),
  resolved_by uuid references users (id) on delete set null,
  resolved_at timestamptz,
  unique (file_id, seq)
);
create index code_threads_project_idx on code_threads (project_id, id);
create index code_threads_issue_idx on code_threads (issue_id);

create table code_comments (
  id uuid primary key,
  thread_id uuid not null references code_threads (id) on delete cascade,
  author_id uuid references users (id) on delete set null,
  content text not null,
  created_at timestamptz not null default now(),
  edited_at timestamptz,
  deleted_at timestamptz
);
create index code_comments_thread_idx on code_comments (thread_id, id);
`

export const comments = {
  up: (db: Kysely<unknown>) => runScript(db, up),
  down: (db: Kysely<unknown>) => runScript(db, 'drop table code_comments, code_threads'),
}
