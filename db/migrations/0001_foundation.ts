// The specification's tables with ours beside them. Plain SQL: it is what an operator will read in psql.
import type { Kysely } from 'kysely'
import { runScript } from './script.ts'

const up = `
create table users (
  id uuid primary key,
  email varchar(255) not null,
  username varchar(50) not null,
  email_verified boolean not null default false,
  role varchar(20) not null default 'member',
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create unique index users_email_key on users (lower(email));
create unique index users_username_key on users (lower(username));

create table passwords (
  user_id uuid primary key references users (id) on delete cascade,
  hash text not null
);

create table user_profiles (
  id uuid primary key,
  user_id uuid not null unique references users (id) on delete cascade,
  display_name varchar(100),
  bio text,
  avatar_url varchar(500),
  location varchar(100),
  timezone varchar(50),
  github_username varchar(50),
  linkedin_url varchar(500),
  website_url varchar(500),
  skills jsonb not null default '[]',
  interests jsonb not null default '[]',
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create index user_profiles_skills_idx on user_profiles using gin (skills jsonb_path_ops);

create table sessions (
  id text primary key,
  user_id uuid not null references users (id) on delete cascade,
  family_id uuid not null,
  expires_at timestamptz not null,
  rotated_at timestamptz,
  created_at timestamptz not null default now()
);
create index sessions_family_idx on sessions (family_id);
create index sessions_user_idx on sessions (user_id);
create index sessions_expires_idx on sessions (expires_at);

create table tickets (
  id text primary key,
  user_id uuid not null references users (id) on delete cascade,
  family_id uuid not null,
  expires_at timestamptz not null
);

create table secrets (
  name text primary key,
  value text not null
);

create table idempotency_keys (
  user_id uuid not null references users (id) on delete cascade,
  key varchar(200) not null,
  fingerprint text not null,
  claim_id uuid not null,
  claimed_at timestamptz not null default now(),
  status integer,
  body text,
  primary key (user_id, key)
);
create index idempotency_keys_claimed_idx on idempotency_keys (claimed_at);

create table projects (
  id uuid primary key,
  name varchar(100) not null,
  slug varchar(100) not null unique,
  description text,
  long_description text,
  category varchar(50),
  status varchar(20) not null default 'active',
  visibility varchar(20) not null default 'public',
  repository_url varchar(500),
  documentation_url varchar(500),
  demo_url varchar(500),
  tags jsonb not null default '[]',
  tech_stack jsonb not null default '[]',
  difficulty varchar(20),
  estimated_hours integer,
  created_by uuid references users (id) on delete set null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);

create table project_counters (
  project_id uuid primary key references projects (id) on delete cascade,
  activity_seq bigint not null default 0,
  issue_number integer not null default 0
);

create table project_members (
  id uuid primary key,
  project_id uuid not null references projects (id) on delete cascade,
  user_id uuid not null references users (id) on delete cascade,
  role varchar(20) not null default 'contributor',
  joined_at timestamptz not null default now(),
  unique (project_id, user_id)
);
create index project_members_user_idx on project_members (user_id);

create table invites (
  id text primary key,
  project_id uuid not null references projects (id) on delete cascade,
  role varchar(20) not null,
  created_by uuid not null references users (id) on delete cascade,
  expires_at timestamptz not null,
  created_at timestamptz not null default now()
);

create table activity (
  project_id uuid not null references projects (id) on delete cascade,
  seq bigint not null,
  type varchar(40) not null,
  actor_id uuid references users (id) on delete set null,
  data jsonb not null,
  created_at timestamptz not null default now(),
  primary key (project_id, seq)
);

create table issues (
  id uuid primary key,
  project_id uuid not null references projects (id) on delete cascade,
  number integer not null,
  title varchar(200) not null,
  description text,
  status varchar(20) not null default 'open',
  priority varchar(20) not null default 'medium',
  labels jsonb not null default '[]',
  assignee_id uuid references users (id) on delete set null,
  created_by uuid references users (id) on delete set null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (project_id, number)
);

-- The specification lets pull_request_id refer to a table that it does not define; the key comes with that table.
create table comments (
  id uuid primary key,
  content text not null,
  author_id uuid references users (id) on delete set null,
  issue_id uuid references issues (id) on delete cascade,
  pull_request_id uuid,
  parent_id uuid references comments (id) on delete cascade,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create index comments_issue_idx on comments (issue_id, id);

create table channels (
  id uuid primary key,
  project_id uuid not null references projects (id) on delete cascade,
  name varchar(80) not null,
  last_seq bigint not null default 0,
  created_at timestamptz not null default now(),
  unique (project_id, name)
);

create table messages (
  id uuid primary key,
  channel_id uuid not null references channels (id) on delete cascade,
  seq bigint not null,
  author_id uuid not null references users (id),
  message text not null,
  nonce varchar(100) not null,
  created_at timestamptz not null default now(),
  unique (channel_id, seq),
  unique (channel_id, author_id, nonce)
);

create table read_marks (
  channel_id uuid not null references channels (id) on delete cascade,
  user_id uuid not null references users (id) on delete cascade,
  seq bigint not null,
  primary key (channel_id, user_id)
);

create table files (
  id uuid primary key,
  project_id uuid not null references projects (id) on delete cascade,
  path varchar(1024) not null,
  created_by uuid references users (id) on delete set null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (project_id, path)
);

create table documents (
  file_id uuid primary key references files (id) on delete cascade,
  last_seq bigint not null default 0,
  snapshot bytea,
  snapshot_seq bigint not null default 0
);

create table document_updates (
  file_id uuid not null references documents (file_id) on delete cascade,
  seq bigint not null,
  update bytea not null,
  primary key (file_id, seq)
);
`

const down = `
drop table document_updates, documents, files, read_marks, messages, channels, comments, issues, activity, invites,
  project_members, project_counters, projects, idempotency_keys, secrets, tickets, sessions, user_profiles, passwords, users;
`

export const foundation = {
  up: (db: Kysely<unknown>) => runScript(db, up),
  down: (db: Kysely<unknown>) => runScript(db, down),
}
