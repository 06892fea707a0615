// The file tree: folders of their own, binary files, the trash.
import type { Kysely } from 'kysely'
import { runScript } from './script.ts'

const up = `
alter table files
  drop constraint files_project_id_path_key,
  add column parent_id uuid references files (id) on delete set null,
  add column kind varchar(20) not null default 'text',
  add column size bigint,
  add column type varchar(255),
  add column content_id uuid,
  add column deleted_at timestamptz,
  add column deleted_by uuid references users (id) on delete set null,
  add column deletion_id uuid;
create unique index files_path_key on files (project_id, path) where deleted_at is null;
create index files_parent_idx on files (parent_id);
create index files_deletion_idx on files (project_id, deletion_id) where deletion_id is not null;
create index files_content_idx on files (content_id) where content_id is not null;

insert into files (id, project_id, path, kind, created_at, updated_at)
select gen_random_uuid(), project_id, folder, 'folder', min(created_at), min(created_at)
from (
  select project_id, created_at, array_to_string(parts[1:depth], '/') as folder
  from (select project_id, created_at, string_to_array(path, '/') as parts from files) as files,
    generate_series(1, cardinality(parts) - 1) as depth
) as folders
group by project_id, folder;
update files set parent_id = folder.id
from files as folder
where folder.project_id = files.project_id and folder.kind = 'folder' and files.path like '%/%'
  and folder.path = regexp_replace(files.path, '/[^/]*$', '');
`

const down = `
delete from files where kind <> 'text' or deleted_at is not null;
drop index files_path_key;
alter table files
  drop column parent_id, drop column kind, drop column size, drop column type, drop column content_id,
  drop column deleted_at, drop column deleted_by, drop column deletion_id,
  add constraint files_project_id_path_key unique (project_id, path);
`

export const tree = {
  up: (db: Kysely<unknown>) => runScript(db, up),
  down: (db: Kysely<unknown>) => runScript(db, down),
}
