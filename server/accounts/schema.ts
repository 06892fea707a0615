import { z } from 'zod'
import { privateUserSchema } from '../users/schema.ts'

export const usernameSchema = z
  .string()
  .regex(
    /^[a-zA-Z0-9](?:[a-zA-Z0-9_-]{1,48}[a-zA-Z0-9])$/,
    'use 3 to 50 letters, digits, "-" or "_", with a letter or digit at both ends',
  )

export const registrationSchema = z.object({
  email: z.email().max(255),
  username: usernameSchema,
  password: z.string().min(8, 'use at least 8 characters').max(200),
})
export const loginSchema = z.object({ email: z.string().max(255), password: z.string().max(200) })
export const refreshSchema = z.object({ refreshToken: z.string().max(200) })
/** Without a refresh token, the sign-in of the access token ends. */
export const logoutSchema = z.object({ refreshToken: z.string().max(200).optional() })

export const signedInSchema = z.object({
  /** Access token (JWT) */
  token: z.string(),
  refreshToken: z.string(),
  user: privateUserSchema,
})
export const ticketSchema = z.object({ ticket: z.string(), expiresAt: z.iso.datetime() })

export type SignedIn = z.infer<typeof signedInSchema>
export type Registration = z.infer<typeof registrationSchema>
