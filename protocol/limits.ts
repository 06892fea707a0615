// Sizes that client and server both know, so that a person is told before the server refuses.

/** REST body, bytes: a file of MAX_FILE_TEXT in any script, escaped as JSON. */
export const MAX_BODY = 7 * 1024 * 1024
/** Socket.IO frame, bytes. */
export const MAX_SOCKET_FRAME = 256 * 1024
/** Document frame on /collab and /yjs, bytes. */
export const MAX_DOCUMENT_FRAME = 4 * 1024 * 1024
/** Text of a file over REST and in the editor, UTF-16 code units. */
export const MAX_FILE_TEXT = 1024 * 1024
/** Encoded state of a document, text and history, bytes; beyond, only deletions are taken. */
export const MAX_DOCUMENT_STATE = 8 * 1024 * 1024
/** Edits of one file that the server has not got yet, bytes: they travel in one frame when somebody comes back. */
export const MAX_PENDING = MAX_DOCUMENT_FRAME - 64 * 1024
/** Updates of one connection that wait for others which they build on, and their bytes together. */
export const MAX_PARKED = 100
export const MAX_PARKED_BYTES = 8 * 1024 * 1024
/** On all connections. */
export const MAX_PARKED_BYTES_OF_PERSON = 32 * 1024 * 1024
/** From this share of a limit on, a person is told of it. */
export const LIMIT_WARNING = 0.8
/** Chat message, UTF-16 code units. */
export const MAX_MESSAGE = 16_000
/** Typing indicators end by themselves after this long without news, milliseconds. */
export const TYPING_TIMEOUT = 5_000
/** A client that leaves this much unread, in bytes, is cut off; it comes back and asks for what it missed. */
export const MAX_UNREAD_BYTES = 1024 * 1024
/** Files that one message may carry. */
export const MAX_ATTACHMENTS = 10
/** Files that one person has in a project before a message takes them along; of their bytes, as much as one can carry. */
export const MAX_LOOSE_FILES = 50
/** Earlier texts that are kept of a message; the oldest go. */
export const MAX_VERSIONS = 100
/** Different emojis on one message. */
export const MAX_REACTIONS = 20
/** Public and private channels of a project, those in the archive aside. */
export const MAX_CHANNELS = 500
/** Those of a project that one person made who is no maintainer, the archive included. */
export const MAX_OWN_CHANNELS = 100
/** Direct and group channels that one person may open in a project. */
export const MAX_CONVERSATIONS = 500
/** People in a group channel, its opener included. */
export const MAX_GROUP = 9
/** Note of one person in a standup, and all of a round together, UTF-16 code units. */
export const MAX_STANDUP_NOTE = 1_000
export const MAX_STANDUP_NOTES = 10_000
/** Guests in a call at the same time, and guests who wait to be let in. */
export const MAX_GUESTS = 20
/** Links for guests of a project's calls that have not ended. */
export const MAX_CALL_LINKS = 100
/** Name of a guest, UTF-16 code units. */
export const MAX_GUEST_NAME = 50
/** Comment on code, UTF-16 code units. */
export const MAX_CODE_COMMENT = 10_000
/** All comments of a thread on code together, UTF-16 code units, and how many there may be. */
export const MAX_THREAD_TEXT = 32_000
export const MAX_THREAD_COMMENTS = 100
/** Threads on one file, resolved ones included. */
export const MAX_FILE_THREADS = 1_000
/** As much of the commented text as a thread keeps, UTF-16 code units. */
export const MAX_QUOTE = 2_000
/** Versions that are kept of a file … */
export const MAX_FILE_VERSIONS = 1_000
/** … and bytes that they take, compressed; beyond either, the oldest without a name go. */
export const MAX_HISTORY_BYTES = 32 * 1024 * 1024
/** Versions of a file that have a name, and bytes that they take; more are refused. */
export const MAX_NAMED_VERSIONS = 200
export const MAX_NAMED_BYTES = 16 * 1024 * 1024
/** Name of a version, UTF-16 code units. */
export const MAX_VERSION_NAME = 100
/** Path of a file, UTF-16 code units, and in UTF-8 bytes (an index holds 2,676), and how many folders deep. */
export const MAX_PATH = 1_024
export const MAX_PATH_BYTES = 2_560
export const MAX_DEPTH = 32
/** Files and folders of a project, the trash aside. */
export const MAX_FILES = 10_000
/** After this long in the trash a file is gone for good, days. */
export const TRASH_DAYS = 30
/** A zip archive that is imported, bytes, and what is in it, unpacked. */
export const MAX_ARCHIVE = 128 * 1024 * 1024
export const MAX_IMPORT = 512 * 1024 * 1024
export const MAX_ARCHIVE_ENTRIES = 20_000
