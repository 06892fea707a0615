import type { Db } from '../../../db/database.ts'
import { createEndpoints } from '../../rest.ts'
import { fileMatchesSchema, fileSearchSchema } from './schema.ts'
import { createSearch } from './search.ts'

export function fileSearchRoutes({ db }: { db: Db }) {
  const { app, get } = createEndpoints('Files')
  const searchFiles = createSearch(db)

  get(
    '/projects/{slug}/files/search',
    {
      summary: 'Search in the texts of all files',
      description:
        'All that is saved is found, also what people typed a moment ago. Answers 1,000 matches and takes 5 seconds at most; `truncated` ' +
        'says that there may be more. Of one person the last 3 run; older ones end with `RATE_LIMITED`.',
      query: fileSearchSchema,
      data: fileMatchesSchema,
      errors: ['NOT_FOUND', 'RATE_LIMITED'],
    },
    ({ principal, params, query, c }) =>
      searchFiles(principal, params.slug, query, c.req.raw.signal),
  )

  return app
}
