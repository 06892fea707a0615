// Many rows as one parameter: the length of a statement does not depend on their number.
import { sql } from 'kysely'

/**
 * A table of a query, such as `select w.name from ${asTable(rows, 'name text')} w`; keys that are not in lower case
 * stand in double quotes.
 */
export const asTable = (rows: readonly object[], columns: string) =>
  sql`(select * from json_to_recordset(${JSON.stringify(rows)}::text::json) as r(${sql.raw(columns)}))`
