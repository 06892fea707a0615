// People who were members of a project, with the role they had.
import type { Kysely } from 'kysely'
import { runScript } from './script.ts'

const up = `
create table former_members (
  project_id uuid not null references projects (id) on delete cascade,
  user_id uuid not null references users (id) on delete cascade,
  role varchar(20) not null,
  primary key (project_id, user_id)
);
`

export const former = {
  up: (db: Kysely<unknown>) => runScript(db, up),
  down: (db: Kysely<unknown>) => runScript(db, 'drop table former_members'),
}
