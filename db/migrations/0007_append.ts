// The journal's append as a function, which PostgreSQL plans once a connection: an embedded database takes an edit in
// 0.4 ms rather than 1.2.
import type { Kysely } from 'kysely'
import { runScript } from './script.ts'

const up = `
create function append_updates(files jsonb, entries jsonb, bytes bytea)
returns table (head_file_id uuid, first_seq bigint) language plpgsql as $$
begin return query
  with wanted as (
    select * from jsonb_to_recordset(files) as w(file_id uuid, count bigint)
  ), locked as materialized (
    select d.file_id from documents d
    where d.file_id in (select file_id from wanted) order by d.file_id for update
  ), heads as (
    update documents d set last_seq = d.last_seq + wanted.count
    from wanted join locked using (file_id)
    where d.file_id = wanted.file_id
    returning d.file_id, d.last_seq - wanted.count as before
  ), written as (
    insert into document_updates (file_id, seq, update, user_id)
    select file_id, heads.before + e.place, substring(bytes from e.start for e.size), e.user_id
    from jsonb_to_recordset(entries)
      as e(file_id uuid, place integer, start integer, size integer, user_id uuid)
    join heads using (file_id)
  )
  select file_id, before + 1 from heads; end $$
`

export const append = {
  up: (db: Kysely<unknown>) => runScript(db, up),
  down: (db: Kysely<unknown>) => runScript(db, 'drop function append_updates'),
}
