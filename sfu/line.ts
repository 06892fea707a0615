// The socket of a peer. It may be lost and taken up again from another one, on any node, while the media goes on.
import { randomBytes, timingSafeEqual } from 'node:crypto'
import type { Caller } from '../protocol/requests.ts'

export class Line {
  /** Shows that who comes back is who was there. */
  readonly secret = randomBytes(16).toString('base64url')
  #caller: Caller
  #nodeId: string
  #end: NodeJS.Timeout | undefined

  constructor(caller: Caller, nodeId: string) {
    this.#caller = caller
    this.#nodeId = nodeId
  }

  get caller(): Caller {
    return this.#caller
  }

  /** The node that holds the socket */
  get nodeId(): string {
    return this.#nodeId
  }

  isFor({ principal }: Caller, secret: string): boolean {
    const [own, given] = [Buffer.from(this.secret), Buffer.from(secret)]
    const isSame = own.length === given.length && timingSafeEqual(own, given)
    return isSame && principal.id === this.#caller.principal.id
  }

  /** The socket is gone. @param onEnd nobody took it up in time */
  cut(keepMs: number, onEnd: () => void) {
    this.#end ??= setTimeout(onEnd, keepMs)
  }

  take(caller: Caller, nodeId: string) {
    this.close()
    this.#caller = caller
    this.#nodeId = nodeId
  }

  close() {
    clearTimeout(this.#end)
    this.#end = undefined
  }
}
