// The environment, read once into a frozen object. A bad value stops the start with one line that names it.
import { existsSync } from 'node:fs'
import { isIP } from 'node:net'
import os from 'node:os'
import path from 'node:path'
import { z } from 'zod'

const MEBIBYTE = 1024 * 1024

const units = { s: 1, m: 60, h: 3_600, d: 86_400 }
/** `15m`, `24h`, `7d` → seconds */
const duration = z
  .string()
  .regex(/^[1-9]\d{0,8}[smhd]$/, 'use a number with s, m, h or d, such as 15m')
  .transform((text) => Number(text.slice(0, -1)) * units[text.slice(-1) as keyof typeof units])

const integer = (min: number, max: number) =>
  z
    .string()
    .regex(/^\d+$/, `use a whole number from ${min} to ${max}`)
    .transform(Number)
    .pipe(z.number().min(min).max(max))

const list = z.string().transform((text) =>
  text
    .split(',')
    .map((part) => part.trim())
    .filter(Boolean),
)

const address = z.union(
  [z.ipv4(), z.ipv6()],
  'use IPv4 and IPv6 addresses, comma-separated, such as 0.0.0.0,::',
)
const reach = z
  .string()
  .refine(
    (text) => isIP(text) !== 0 || /^([a-z\d-]+\.)*[a-z][a-z\d-]*$/i.test(text),
    'use addresses or host names, comma-separated, of IPv6 without brackets',
  )

const relay = z
  .string()
  .regex(
    /^turns?:(\[[\da-f:.]+\]|[^\s:/?@[\]]+)(:\d+)?(\?transport=(udp|tcp))?$/i,
    'use addresses such as turn:turn.example.org:3478?transport=udp, comma-separated',
  )

const flag = z.enum(['true', 'false']).transform((text) => text === 'true')

const origin = z.url({ protocol: /^https?$/ }).transform((text) => new URL(text).origin)

const schema = z.object({
  PORT: integer(0, 65_535).prefault('3000'),
  HOST: z.string().min(1).optional(),
  DATA_DIR: z.string().min(1).default('./data'),
  ATTACHMENTS_DIR: z.string().min(1).optional(),
  MAX_ATTACHMENT_MB: integer(1, 10_000).prefault('25'),
  ATTACHMENT_QUOTA_MB: integer(1, 100_000_000).prefault('1024'),
  DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/ }).optional(),
  REDIS_URL: z.url({ protocol: /^rediss?$/ }).optional(),
  DRAIN_SECONDS: integer(0, 600).prefault('2'),
  PUBLIC_URL: origin.optional(),
  ALLOWED_ORIGINS: list.pipe(z.array(origin)).prefault(''),
  TRUST_PROXY: flag.prefault('false'),
  JWT_SECRET: z.string().min(32, 'use at least 32 characters').optional(),
  JWT_EXPIRES_IN: duration.prefault('15m'),
  REFRESH_TOKEN_EXPIRES_IN: duration.prefault('7d'),
  AUTH_RATE_LIMIT: integer(1, 1_000_000).prefault('300'),
  ADMIN_USERNAMES: list.prefault(''),
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).optional(),
  MEDIA_LISTEN_ADDRESS: list.pipe(z.array(address)).prefault(''),
  MEDIA_ANNOUNCED_ADDRESSES: list.pipe(z.array(reach)).prefault(''),
  MEDIA_PORT_MIN: integer(1_024, 65_535).prefault('20000'),
  MEDIA_PORT_MAX: integer(1_024, 65_535).prefault('20100'),
  MEDIA_WORKERS: integer(1, 128).optional(),
  MEDIA_PEERS_PER_WORKER: integer(1, 1_000).prefault('16'),
  TURN_URLS: list.pipe(z.array(relay)).prefault(''),
  TURN_SECRET: z.string().min(1).optional(),
})

/**
 * The settings of this process: its environment, and what a file `.env` adds to it.
 * @throws Error as `readConfig`
 */
export function loadConfig(): Config {
  if (existsSync('.env')) process.loadEnvFile('.env')
  return readConfig(process.env)
}

export type Config = ReturnType<typeof readConfig>

/** @throws Error with a line per variable that is wrong */
export function readConfig(env: NodeJS.ProcessEnv) {
  // An empty variable is one that is not set, as in `REDIS_URL= npm start`.
  const set = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''))
  const parsed = schema.safeParse(set)
  if (!parsed.success) {
    const lines = parsed.error.issues.map(
      ({ path: [name], message }) => `${String(name)}: ${message}`,
    )
    throw new Error(lines.join('\n'))
  }
  const { data } = parsed
  if (data.MEDIA_PORT_MIN > data.MEDIA_PORT_MAX) {
    throw new Error('MEDIA_PORT_MIN: must not be above MEDIA_PORT_MAX')
  }
  if (Boolean(data.TURN_SECRET) !== data.TURN_URLS.length > 0) {
    throw new Error('TURN_URLS: set it together with TURN_SECRET, or neither')
  }
  return Object.freeze({
    port: data.PORT,
    host: data.HOST,
    dataDir: path.resolve(data.DATA_DIR),
    attachments: Object.freeze({
      directory: path.resolve(data.ATTACHMENTS_DIR ?? path.join(data.DATA_DIR, 'attachments')),
      maxBytes: data.MAX_ATTACHMENT_MB * MEBIBYTE,
      /** per project */
      quotaBytes: data.ATTACHMENT_QUOTA_MB * MEBIBYTE,
    }),
    databaseUrl: data.DATABASE_URL,
    redisUrl: data.REDIS_URL,
    drainSeconds: data.DRAIN_SECONDS,
    publicUrl: data.PUBLIC_URL,
    allowedOrigins: [...data.ALLOWED_ORIGINS, ...(data.PUBLIC_URL ? [data.PUBLIC_URL] : [])],
    trustProxy: data.TRUST_PROXY,
    jwtSecret: data.JWT_SECRET,
    /** seconds */
    accessTokenTtl: data.JWT_EXPIRES_IN,
    /** seconds */
    refreshTokenTtl: data.REFRESH_TOKEN_EXPIRES_IN,
    /** requests to /auth per address and minute */
    authRateLimit: data.AUTH_RATE_LIMIT,
    adminUsernames: data.ADMIN_USERNAMES,
    // A person at a terminal wants to see what went wrong, not every request.
    logLevel: data.LOG_LEVEL ?? (process.stderr.isTTY ? 'warn' : 'info'),
    media: Object.freeze({
      listenAddresses: data.MEDIA_LISTEN_ADDRESS,
      announcedAddresses: data.MEDIA_ANNOUNCED_ADDRESSES,
      portMin: data.MEDIA_PORT_MIN,
      portMax: data.MEDIA_PORT_MAX,
      workers: data.MEDIA_WORKERS ?? os.availableParallelism(),
      peersPerWorker: data.MEDIA_PEERS_PER_WORKER,
      turn:
        data.TURN_SECRET && data.TURN_URLS.length > 0
          ? { urls: data.TURN_URLS, secret: data.TURN_SECRET }
          : undefined,
    }),
  })
}
