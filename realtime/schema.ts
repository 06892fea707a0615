// What requests of every kind carry.
import { z } from 'zod'

/**
 * In one spelling, as PostgreSQL answers it: rooms are named after ids, and whoever joined by another one would not be
 * found there.
 */
export const idSchema = z.string().toLowerCase().pipe(z.uuid())

/** A `seq` or `rev`; 0 is before the first one. */
export const positionSchema = z.number().int().min(0).max(Number.MAX_SAFE_INTEGER)
