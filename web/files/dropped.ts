// What was dropped from the desktop or chosen: files with their paths, and folders that are empty.
export interface Dropped {
  files: { path: string; file: File }[]
  /** Paths of folders with nothing in them */
  folders: string[]
}

const readFile = (entry: FileSystemFileEntry) =>
  new Promise<File>((resolve, reject) => entry.file(resolve, reject))

/** A browser answers some at a time, and none at the end. */
async function readFolder(entry: FileSystemDirectoryEntry) {
  const reader = entry.createReader()
  const entries: FileSystemEntry[] = []
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) =>
      reader.readEntries(resolve, reject),
    )
    if (some.length === 0) return entries
    entries.push(...some)
  }
}

/** What systems leave in folders, and nobody means to upload */
const isLitter = (name: string) => ['.DS_Store', 'Thumbs.db', 'desktop.ini'].includes(name)

/** To be called while the event is handled: the browser forgets what was dropped after it. */
export async function readDropped(data: DataTransfer): Promise<Dropped> {
  const entries = [...data.items].flatMap((item) => item.webkitGetAsEntry() ?? [])
  // Some programs hand over files that are in no folder of the system.
  const loose = entries.length === 0 ? [...data.files] : []
  const found: Dropped = { files: loose.map((file) => ({ path: file.name, file })), folders: [] }
  const read = async (entry: FileSystemEntry): Promise<void> => {
    if (isLitter(entry.name)) return
    const path = entry.fullPath.replace(/^\//, '')
    if (entry.isFile) {
      const file = await readFile(entry as FileSystemFileEntry)
      found.files.push({ path, file })
      return
    }
    const inside = await readFolder(entry as FileSystemDirectoryEntry)
    if (inside.length === 0) found.folders.push(path)
    for (const child of inside) await read(child)
  }
  for (const entry of entries) await read(entry)
  return found
}

/** Of an `<input type="file">`, with `webkitdirectory` or without. */
export const readChosen = (files: readonly File[]): Dropped => ({
  files: files
    .filter(({ name }) => !isLitter(name))
    .map((file) => ({ path: file.webkitRelativePath || file.name, file })),
  folders: [],
})
