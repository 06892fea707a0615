// Where somebody wanted to go before signing in.

/** @returns a path of this application; anything else, such as `//evil.example`, becomes the start page */
export function nextPath(search: string): string {
  const next = new URLSearchParams(search).get('next') ?? ''
  const plain = next.startsWith('/') && !/^\/[/\\]/.test(next) && !/\p{Cc}/u.test(next)
  return plain ? next : '/projects'
}

/** `?next=…` for the other of the two forms. */
export const keepNext = (search: string) => {
  const next = nextPath(search)
  return next === '/projects' ? '' : `?next=${encodeURIComponent(next)}`
}
