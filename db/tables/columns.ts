// Columns that many tables have.
import type { Generated, JSONColumnType } from 'kysely'

/** JSON text goes in, the value comes out: `pg` would turn an array into a PostgreSQL array otherwise. */
export type Strings = JSONColumnType<string[], string | undefined, string>
export type Timestamp = Generated<string>
