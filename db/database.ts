// The database behind one interface: PostgreSQL when DATABASE_URL is set, else PGlite in the data directory.
import { CamelCasePlugin, Kysely, PostgresDialect, sql } from 'kysely'
import type { Transaction } from 'kysely'
import pg from 'pg'
import { AppError } from '../protocol/errors.ts'
import { openEmbedded } from './embedded.ts'
import { migrate } from './migrate.ts'
import type { Database } from './schema.ts'
import { parsers } from './types.ts'
import { watchConnections } from './watchdog.ts'

export type Db = Kysely<Database>
export type Trx = Transaction<Database>

export interface OpenDatabase {
  db: Db
  kind: 'postgres' | 'embedded'
  /** Resolves when a query answers. */
  ping(): Promise<void>
  /** Connections in use now. */
  connections(): number
  close(): Promise<void>
}

export interface DatabaseOptions {
  /** postgres:// address; without it the database is embedded */
  url?: string | undefined
  /** Directory of the embedded database, or 'memory://' for tests */
  dataDir: string
  /** Told of connections that broke while idle, which are replaced, and why the embedded database ended */
  onError?: (error: Error) => void
  /** How long PostgreSQL may leave a query without an answer, in milliseconds. Default 8 s */
  silenceMs?: number
  /** The embedded database ended, such as on a full disk: the process must end, too */
  onBroken?: () => void
}

/** Opens the database and brings its schema up to date. */
export async function openDatabase(options: DatabaseOptions): Promise<OpenDatabase> {
  let isMigrated = false
  const opened = options.url
    ? openPostgres(options.url, options, () => isMigrated)
    : await openPglite(options)
  try {
    await migrate(opened.db)
    isMigrated = true
    return opened
  } catch (error) {
    await opened.close().catch(() => undefined)
    throw error
  }
}

const types: pg.CustomTypesConfig = {
  getTypeParser: (id, format) =>
    (format !== 'binary' && parsers[id]) || pg.types.getTypeParser(id, format),
}

const createKysely = (pool: pg.Pool): Db =>
  new Kysely<Database>({
    dialect: new PostgresDialect({ pool }),
    plugins: [new CamelCasePlugin({ maintainNestedObjectKeys: true })],
  })

const ping = async (db: Db) => {
  await sql`select 1`.execute(db)
}

function openPostgres(
  url: string,
  { onError, silenceMs }: DatabaseOptions,
  isMigrated: () => boolean,
): OpenDatabase {
  const pool = new pg.Pool({
    connectionString: url,
    max: 10,
    types,
    connectionTimeoutMillis: 2_000,
    keepAlive: true,
    // A node that was stopped in the middle of a transaction must not keep its locks.
    options:
      '-c timezone=UTC -c client_min_messages=warning -c idle_in_transaction_session_timeout=5000',
  })
  // Without listeners, a connection that breaks ends the process. Idle ones tell the pool; those in use tell nobody,
  // and their queries fail.
  pool.on('error', (error) => onError?.(error))
  pool.on('connect', (client) => client.on('error', () => undefined))
  watchConnections(pool, { silenceMs, isOn: isMigrated })
  const db = createKysely(pool)
  return {
    db,
    kind: 'postgres',
    ping: () => ping(db),
    connections: () => pool.totalCount - pool.idleCount,
    close: () => db.destroy(),
  }
}

async function openPglite({
  dataDir,
  onError = process.emitWarning,
  onBroken = () => process.abort(),
}: DatabaseOptions): Promise<OpenDatabase> {
  const { pool, close } = await openEmbedded(dataDir, { types, onError, onBroken })
  const db = createKysely(pool)
  return {
    db,
    kind: 'embedded',
    ping: () => ping(db),
    connections: () => pool.totalCount - pool.idleCount,
    async close() {
      await db.destroy()
      await close()
    },
  }
}

const pgErrorCode = (error: unknown) => (error as { code?: unknown } | null)?.code

/** Whether a statement broke a unique constraint (PostgreSQL 23505). */
export const isUniqueViolation = (error: unknown) => pgErrorCode(error) === '23505'

/** Whether the database ended a transaction because of others: taken again from its beginning, it may succeed. */
export const isDeadlock = (error: unknown) => /^40(001|P01)$/.test(String(pgErrorCode(error)))

/**
 * Of the system, and of PostgreSQL: connection lost (08), shut down (57P01, 57P02), starting (57P03), full (53300),
 * or ended because nothing happened in a transaction (25P03).
 */
const awayCode =
  /^(ECONN(REFUSED|RESET|ABORTED)|EPIPE|ETIMEDOUT|E(HOST|NET)UNREACH|ENOTFOUND|EAI_AGAIN|08...|25P03|57P0[123]|53300)$/
/** What `pg` and its pool say without a code. */
const awayMessage =
  /^(Connection terminated|timeout (exceeded|expired)|Client (has encountered|was closed))/

/** The error to tell when the database is away; a write that failed so may have been carried out. */
export function asUnavailable(error: unknown): AppError | undefined {
  if (!(error instanceof Error)) return undefined
  const { code, syscall } = error as NodeJS.ErrnoException
  // A PostgreSQL that is stopped has no Unix socket: ENOENT.
  const away = awayCode.test(code ?? '') || awayMessage.test(error.message) || syscall === 'connect'
  return away ? new AppError('UNAVAILABLE', 'The database does not answer; try again') : undefined
}
