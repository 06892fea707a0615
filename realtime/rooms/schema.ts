import { z } from 'zod'

/** In one spelling: rooms are named after it, and whoever joined by another one would not be found there. */
export const projectIdSchema = z.string().toLowerCase().pipe(z.uuid())
