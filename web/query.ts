// The cache of REST answers. Sockets tell what changed; the cache is refreshed then, so that it may be trusted a while.
import { QueryClient } from '@tanstack/react-query'
import { isAppError } from './wire.ts'

const passes = (error: unknown) => isAppError(error) && error.code === 'UNAVAILABLE'

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 30_000,
      networkMode: 'always',
      retry: (count, error) => passes(error) && count < 5,
      retryDelay: (count) => Math.min(500 * 2 ** count, 5_000),
    },
    mutations: { networkMode: 'always' },
  },
})
