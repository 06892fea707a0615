// Passwords for TURN that end by themselves: the TURN server derives them from the secret it shares with us
// (draft-uberti-behave-turn-rest).
import { createHmac } from 'node:crypto'
import type { IceServer } from '../protocol/calls.ts'

export interface TurnConfig {
  /** Such as turn:turn.example.org:3478?transport=udp */
  urls: string[]
  secret: string
}

/** Long enough for a day's call: the password is asked for again at an allocation's refresh. */
const VALID_SECONDS = 24 * 60 * 60

export function grantTurn(
  { urls, secret }: TurnConfig,
  userId: string,
  validSeconds = VALID_SECONDS,
): IceServer {
  const expires = Math.floor(Date.now() / 1_000) + validSeconds
  const username = `${expires}:${userId}`
  const credential = createHmac('sha1', secret).update(username).digest('base64')
  return { urls, username, credential }
}
