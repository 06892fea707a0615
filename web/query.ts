// The cache of REST answers. Sockets tell what changed; the cache is refreshed then, so that it may be trusted a while.
import { QueryClient, type QueryKey } from '@tanstack/react-query'
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

/**
 * Takes news into what is known; nothing is known yet where it was not loaded. An answer that is on its way may be
 * older than the news, so it is asked for once more.
 */
export function applyNews<Data>(queryKey: QueryKey, change: (known: Data) => Data) {
  queryClient.setQueryData<Data>(queryKey, (known) => known && change(known))
  const query = queryClient.getQueryCache().find({ queryKey })
  if (query?.state.fetchStatus !== 'fetching') return
  const askAgain = () =>
    queryClient.invalidateQueries({ queryKey, exact: true }, { cancelRefetch: false })
  void query.promise?.then(askAgain, askAgain)
}
