// Which files of a project a person had open in this browser, the last one first.
import { selfId } from '../accounts/session.ts'

const LIMIT = 30
const storageKey = (slug: string) => `openlaunch.recent.${selfId()}.${slug}`

export function recentFiles(slug: string): string[] {
  try {
    const saved: unknown = JSON.parse(localStorage.getItem(storageKey(slug)) ?? '[]')
    return Array.isArray(saved) ? saved.filter((id) => typeof id === 'string') : []
  } catch {
    return []
  }
}

export function rememberFile(slug: string, id: string) {
  const recent = [id, ...recentFiles(slug).filter((other) => other !== id)].slice(0, LIMIT)
  try {
    localStorage.setItem(storageKey(slug), JSON.stringify(recent))
  } catch {
    // Without storage nothing is recent.
  }
}
