// What a file may be called, in words for whoever types it. The server's rules; it has the last word. Pure.
import { hasControlCharacter } from '../../protocol/names.ts'
import { folderOf, joinPath, nameOf } from './tree.ts'

/**
 * @param typed a name; with slashes, folders above it
 * @returns what is wrong and what would be right, or null
 */
export function nameProblem(
  typed: string,
  folder: string,
  isTaken: (path: string) => boolean,
): string | null {
  const name = typed.endsWith('/') ? typed.slice(0, -1) : typed
  const parts = name.split('/')
  if (name === '') return 'Type a name, such as main.ts.'
  if (parts.includes('')) {
    return name.startsWith('/')
      ? 'Leave out the slash at the beginning.'
      : 'Two slashes follow each other. Put a name between them.'
  }
  const dots = parts.find((part) => part === '.' || part === '..')
  if (dots) return `“${dots}” cannot be a name. Drag the file where it should go instead.`
  if (name.includes('\\')) return 'Use a slash (/) between folders, not a backslash.'
  if (hasControlCharacter(name)) return 'Leave out line breaks and other invisible characters.'
  if (parts.some((part) => part.length > 255)) return 'A name has up to 255 characters.'
  const path = joinPath(folder, name)
  if (path.length > 1_024) return 'A path with all its folders has up to 1,024 characters.'
  if (!isTaken(path)) return null
  const where = folderOf(path) ? `in ${folderOf(path)}` : 'here'
  return `${nameOf(path)} is already ${where}. Choose another name.`
}

/** The path, or the same with the first number that nothing has. */
export function freeName(path: string, isTaken: (path: string) => boolean): string {
  const name = nameOf(path)
  const dot = name.lastIndexOf('.')
  const [stem, ending] = dot > 0 ? [name.slice(0, dot), name.slice(dot)] : [name, '']
  let free = path
  for (let n = 2; isTaken(free); n += 1) free = joinPath(folderOf(path), `${stem} (${n})${ending}`)
  return free
}
