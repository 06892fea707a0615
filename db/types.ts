// What columns are read into.

const parseBytea = (hex: string) => new Uint8Array(Buffer.from(hex.slice(2), 'hex'))
const parseTimestamp = (text: string) => new Date(text).toISOString()

/** PostgreSQL type id → parser of its text form: int8 → number, timestamptz → ISO string, bytea → Uint8Array. */
export const parsers: Record<number, (text: string) => unknown> = {
  17: parseBytea,
  20: Number,
  1184: parseTimestamp,
}
