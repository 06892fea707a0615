// Guests of calls: the links by which they come, and who came.
import type { Kysely } from 'kysely'
import { runScript } from './script.ts'

const up = `
alter table projects add column call_guests boolean not null default false;

create table call_links (
  id uuid primary key,
  token_hash text not null unique,
  project_id uuid not null references projects (id) on delete cascade,
  channel_id uuid references channels (id) on delete cascade,
  created_by uuid references users (id) on delete set null,
  created_at timestamptz not null default now(),
  expires_at timestamptz not null
);
create index call_links_project_idx on call_links (project_id, id);

create table call_guests (
  id uuid primary key,
  token_hash text not null unique,
  link_id uuid not null references call_links (id) on delete cascade,
  name text not null,
  created_at timestamptz not null default now(),
  expires_at timestamptz not null
);
create index call_guests_link_idx on call_guests (link_id);
`

const down = `
drop table call_guests, call_links;
alter table projects drop column call_guests;
`

export const guests = {
  up: (db: Kysely<unknown>) => runScript(db, up),
  down: (db: Kysely<unknown>) => runScript(db, down),
}
