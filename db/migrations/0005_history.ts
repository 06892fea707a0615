// Who wrote which row of a journal, and versions of files.
import type { Kysely } from 'kysely'
import { runScript } from './script.ts'

// What is in `content` is compressed already.
const up = `
alter table document_updates add column user_id uuid;
alter table documents add column ledger bytea;

create table document_versions (
  id uuid primary key,
  file_id uuid not null references documents (file_id) on delete cascade,
  number integer not null,
  seq bigint not null,
  reason varchar(20) not null,
  name varchar(100),
  restored_from integer,
  authors jsonb not null default '[]',
  length integer not null,
  content bytea not null,
  base_id uuid references document_versions (id),
  bytes integer not null,
  created_by uuid references users (id) on delete set null,
  created_at timestamptz not null default now(),
  constraint document_versions_number unique (file_id, number),
  constraint document_versions_seq unique (file_id, seq)
);
create index document_versions_base_idx on document_versions (base_id) where base_id is not null;
alter table document_versions alter column content set storage external;
`

const down = `
drop table document_versions;
alter table documents drop column ledger;
alter table document_updates drop column user_id;
`

export const history = {
  up: (db: Kysely<unknown>) => runScript(db, up),
  down: (db: Kysely<unknown>) => runScript(db, down),
}
