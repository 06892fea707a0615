// Channels of all kinds, changes in order, threads, reactions, mentions, attachments, search, moderation, last seen.
import type { Kysely } from 'kysely'
import { runScript } from './script.ts'

const up = `
create extension if not exists pg_trgm;

alter table channels
  alter column name drop not null,
  add column kind varchar(20) not null default 'public',
  add column topic varchar(250) not null default '',
  add column direct_key text,
  add column last_rev bigint not null default 0,
  add column created_by uuid references users (id) on delete set null,
  add column archived_at timestamptz,
  add constraint channels_direct_key unique (project_id, direct_key);
update channels set last_rev = last_seq;

create table channel_members (
  channel_id uuid not null references channels (id) on delete cascade,
  user_id uuid not null references users (id) on delete cascade,
  joined_at timestamptz not null default now(),
  primary key (channel_id, user_id)
);
create index channel_members_user_idx on channel_members (user_id);

alter table messages
  add column rev bigint,
  add column created_rev bigint,
  add column parent_id uuid references messages (id) on delete cascade,
  add column fingerprint text,
  add column system jsonb,
  add column reply_count integer not null default 0,
  add column last_reply_at timestamptz,
  add column edited_at timestamptz,
  add column deleted_at timestamptz,
  add column mentions_all boolean not null default false,
  add column search tsvector generated always as (to_tsvector('simple'::regconfig, message)) stored;
update messages set rev = seq, created_rev = seq;
alter table messages
  alter column rev set not null,
  alter column created_rev set not null,
  add constraint messages_rev_key unique (channel_id, rev);
create index messages_roots_idx on messages (channel_id, seq) where parent_id is null;
create index messages_thread_idx on messages (parent_id, seq) where parent_id is not null;
create index messages_search_idx on messages using gin (search);
create index messages_trigram_idx on messages using gin (message gin_trgm_ops);

create table message_versions (
  message_id uuid not null references messages (id) on delete cascade,
  version integer not null,
  message text not null,
  created_at timestamptz not null,
  primary key (message_id, version)
);

create table reactions (
  message_id uuid not null references messages (id) on delete cascade,
  user_id uuid not null references users (id) on delete cascade,
  emoji varchar(64) not null,
  created_at timestamptz not null default now(),
  primary key (message_id, emoji, user_id)
);

create table mentions (
  message_id uuid not null references messages (id) on delete cascade,
  user_id uuid not null references users (id) on delete cascade,
  channel_id uuid not null references channels (id) on delete cascade,
  seq bigint not null,
  primary key (message_id, user_id)
);
create index mentions_user_idx on mentions (user_id, channel_id, seq);
create index messages_mentions_all_idx on messages (channel_id, seq) where mentions_all;

create table thread_marks (
  root_id uuid not null references messages (id) on delete cascade,
  user_id uuid not null references users (id) on delete cascade,
  seq bigint not null,
  primary key (root_id, user_id)
);
create index thread_marks_user_idx on thread_marks (user_id);

create table attachments (
  id uuid primary key,
  project_id uuid not null references projects (id) on delete cascade,
  message_id uuid references messages (id) on delete set null,
  uploaded_by uuid references users (id) on delete set null,
  name varchar(255) not null,
  type varchar(255) not null,
  size bigint not null,
  width integer,
  height integer,
  created_at timestamptz not null default now()
);
create index attachments_message_idx on attachments (message_id);
create index attachments_project_idx on attachments (project_id);
create index attachments_loose_idx on attachments (created_at) where message_id is null;

create table mutes (
  project_id uuid not null references projects (id) on delete cascade,
  user_id uuid not null references users (id) on delete cascade,
  until timestamptz not null,
  created_by uuid references users (id) on delete set null,
  created_at timestamptz not null default now(),
  primary key (project_id, user_id)
);

create table bans (
  project_id uuid not null references projects (id) on delete cascade,
  user_id uuid not null references users (id) on delete cascade,
  reason varchar(500) not null default '',
  created_by uuid references users (id) on delete set null,
  created_at timestamptz not null default now(),
  primary key (project_id, user_id)
);

create table user_status (
  user_id uuid primary key references users (id) on delete cascade,
  status varchar(20) not null
);

alter table project_members add column last_seen_at timestamptz;
`

const down = `
alter table project_members drop column last_seen_at;
drop table user_status, bans, mutes, attachments, thread_marks, mentions, reactions, message_versions, channel_members;
delete from channels where name is null;
alter table messages
  drop column rev, drop column created_rev, drop column parent_id, drop column fingerprint, drop column system,
  drop column reply_count, drop column last_reply_at, drop column edited_at, drop column deleted_at,
  drop column mentions_all, drop column search;
drop index messages_trigram_idx;
alter table channels
  drop column kind, drop column topic, drop column direct_key, drop column last_rev, drop column created_by,
  drop column archived_at, alter column name set not null;
drop extension pg_trgm;
`

export const chat = {
  up: (db: Kysely<unknown>) => runScript(db, up),
  down: (db: Kysely<unknown>) => runScript(db, down),
}
