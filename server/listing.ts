// Lists over REST: pages of a query, and search in text.
import { sql, type Expression, type SelectQueryBuilder, type SqlBool } from 'kysely'
import { z } from 'zod'

/** Beyond this nobody pages by hand, and offsets stay far from what PostgreSQL can count. */
const MAX_PAGE = 1_000_000

export const pageSchema = z.object({
  page: z.coerce.number().int().min(1).max(MAX_PAGE).default(1),
  limit: z.coerce.number().int().min(1).max(100).default(20),
})
export type PageQuery = z.infer<typeof pageSchema>

export const pageMetaSchema = z.object({
  pagination: z.object({
    page: z.number().int(),
    limit: z.number().int(),
    total: z.number().int(),
    totalPages: z.number().int(),
  }),
})

export interface Page<Item> {
  data: Item[]
  meta: z.infer<typeof pageMetaSchema>
}

/** One page of a query that is already filtered and ordered. */
export async function readPage<DB, Tables extends keyof DB, Item>(
  query: SelectQueryBuilder<DB, Tables, Item>,
  { page, limit }: PageQuery,
): Promise<Page<Item>> {
  const counted = await query
    .clearSelect()
    .clearOrderBy()
    .select(sql<number>`count(*)`.as('total'))
    .executeTakeFirstOrThrow()
  // The types lose the one column in a generic query.
  const { total } = counted as { total: number }
  const data = await query
    .limit(limit)
    .offset((page - 1) * limit)
    .execute()
  return {
    data: data as Item[],
    meta: { pagination: { page, limit, total, totalPages: Math.ceil(total / limit) } },
  }
}

/** Whether one of the columns contains the text, in any case; `%` and `_` are ordinary characters. */
export function containsText(columns: string[], text: string): Expression<SqlBool> {
  const pattern = `%${text.replaceAll(/[\\%_]/g, String.raw`\$&`)}%`
  const checks = columns.map((column) => sql<SqlBool>`${sql.ref(column)} ilike ${pattern}`)
  return sql<SqlBool>`(${sql.join(checks, sql` or `)})`
}
