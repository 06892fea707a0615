// Passwords as argon2id with the parameters that OWASP recommends: 19 MiB, two passes, one lane.
import { hash, verify } from '@node-rs/argon2'

const parameters = { memoryCost: 19_456, timeCost: 2, parallelism: 1 }

export const hashPassword = (password: string) => hash(password, parameters)

let decoy: Promise<string> | undefined

/** Takes the same time whether the account exists or not, so that its answer time does not tell. */
export async function verifyPassword(stored: string | undefined, password: string) {
  const matches = await verify(
    stored ?? (await (decoy ??= hashPassword('nobody’s password'))),
    password,
  )
  return matches && stored !== undefined
}
