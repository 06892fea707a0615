// Names of rooms and documents, the same on every plane.

const uuid = '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}'
const uuidPattern = new RegExp(`^${uuid}$`, 'i')
const documentPattern = new RegExp(`^file:(${uuid})$`, 'i')

export const isUuid = (text: string) => uuidPattern.test(text)

/** Socket.IO room with every socket of one person. */
export const userRoom = (userId: string) => `user:${userId}`
/** Socket.IO room with every socket that joined a project. */
export const projectRoom = (projectId: string) => `project:${projectId}`

/** Socket.IO room of a private, direct or group channel; those of a public one are in the project's room. */
export const channelRoom = (channelId: string) => `channel:${channelId}`

/** The chat channel that every project has from its beginning. */
export const DEFAULT_CHANNEL = 'general'

/** Yjs document name of a project file. */
export const documentName = (fileId: string) => `file:${fileId}`
/** @returns the file id, or undefined when the name is not of a file */
export const parseDocumentName = (name: string) => documentPattern.exec(name)?.[1]?.toLowerCase()

// oxlint-disable-next-line no-control-regex -- control characters are what is meant
const controlCharacter = /[\u0000-\u001f\u007f]/
/** No name or path of a file has any. */
export const hasControlCharacter = (text: string) => controlCharacter.test(text)

/** The shared text of a file is this `Y.Text`. */
export const CONTENT = 'content'
