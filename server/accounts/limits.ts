// How often one may knock: against guessing passwords and against floods of registrations. Counted in Redis for all
// nodes together, and by this process alone while Redis is away.
import type { Redis } from 'ioredis'
import {
  RateLimiterMemory,
  RateLimiterRedis,
  RateLimiterRes,
  type RateLimiterAbstract,
} from 'rate-limiter-flexible'
import { AppError } from '../../protocol/errors.ts'
import type { RestContext } from '../rest.ts'

export interface Limit {
  /** @throws AppError RATE_LIMITED with `details` of LimitState */
  consume(key: string): Promise<LimitState>
  reset(key: string): Promise<void>
}

export interface LimitState {
  limit: number
  remaining: number
  /** Seconds until it starts anew */
  resetIn: number
}

interface LimitOptions {
  redis?: Redis | undefined
  name: string
  points: number
  /** Seconds */
  duration: number
}

function createLimiter({ redis, name, points, duration }: LimitOptions): RateLimiterAbstract {
  const settings = { keyPrefix: `limit:${name}`, points, duration }
  const memory = new RateLimiterMemory(settings)
  if (!redis) return memory
  return new RateLimiterRedis({
    ...settings,
    storeClient: redis,
    insuranceLimiter: memory,
    // Otherwise the commands wait in the client's queue until Redis is back.
    rejectIfRedisNotReady: true,
  })
}

function createLimit(options: LimitOptions): Limit {
  const limiter = createLimiter(options)
  const toState = ({ remainingPoints, msBeforeNext }: RateLimiterRes): LimitState => ({
    limit: options.points,
    remaining: Math.max(0, remainingPoints),
    resetIn: Math.ceil(msBeforeNext / 1000),
  })
  return {
    async consume(key) {
      try {
        return toState(await limiter.consume(key))
      } catch (error) {
        if (!(error instanceof RateLimiterRes)) throw error
        throw new AppError('RATE_LIMITED', 'Too many requests; try again later', toState(error))
      }
    },
    async reset(key) {
      await limiter.delete(key)
    },
  }
}

/** draft-ietf-httpapi-ratelimit-headers, the form with three headers that most clients read */
function tellLimit(c: RestContext, { limit, remaining, resetIn }: LimitState) {
  c.header('RateLimit-Limit', String(limit))
  c.header('RateLimit-Remaining', String(remaining))
  c.header('RateLimit-Reset', String(resetIn))
}

/** Counts a request, and says in its answer how many are left. @throws AppError RATE_LIMITED */
export async function consume(c: RestContext, limit: Limit, key: string) {
  try {
    tellLimit(c, await limit.consume(key))
  } catch (error) {
    if (error instanceof AppError && error.code === 'RATE_LIMITED') {
      const state = error.details as LimitState
      tellLimit(c, state)
      c.header('Retry-After', String(state.resetIn))
    }
    throw error
  }
}

/** @param options.requestsPerMinute to accounts, per address; 300 unless told */
export function createAccountLimits(
  options: { redis?: Redis | undefined; requestsPerMinute?: number | undefined } = {},
) {
  const { redis, requestsPerMinute = 300 } = options
  return {
    requests: createLimit({ redis, name: 'accounts', points: requestsPerMinute, duration: 60 }),
    /** Per account and address, reset by a right password */
    logins: createLimit({ redis, name: 'logins', points: 10, duration: 15 * 60 }),
    /** Who comes to calls without an account, per address and per link */
    guests: createLimit({ redis, name: 'guests', points: 30, duration: 60 }),
    guestsOfLink: createLimit({ redis, name: 'guests-of-link', points: 60, duration: 60 }),
  }
}
export type AccountLimits = ReturnType<typeof createAccountLimits>
