// The two drivers read the same columns into different JavaScript types; these parsers make them agree.

const parseBytea = (hex: string) => new Uint8Array(Buffer.from(hex.slice(2), 'hex'))
const parseTimestamp = (text: string) => new Date(text).toISOString()

/** PostgreSQL type id → parser of its text form: int8 → number, timestamptz → ISO string, bytea → Uint8Array. */
export const parsers: Record<number, (text: string) => unknown> = {
  17: parseBytea,
  20: Number,
  1184: parseTimestamp,
}

/**
 * PGlite passes bytes on as they are, whatever its types say. Its own serializer makes a string of each byte: 256 KiB
 * hold the thread for 65 ms, this way for 2.
 */
export const serializers = { 17: (bytes: Uint8Array) => bytes as unknown as string }
