// Every error that reaches a client, over any transport: a code for programs, a sentence for people.

/** HTTP status per error code; sockets send the code alone. */
export const errorStatus = {
  VALIDATION_ERROR: 400,
  MALFORMED_JSON: 400,
  AUTHENTICATION_FAILED: 401,
  INVALID_TOKEN: 401,
  INVALID_CREDENTIALS: 401,
  INSUFFICIENT_PERMISSIONS: 403,
  ORIGIN_NOT_ALLOWED: 403,
  NOT_FOUND: 404,
  METHOD_NOT_ALLOWED: 405,
  CONFLICT: 409,
  PAYLOAD_TOO_LARGE: 413,
  UNSUPPORTED_MEDIA_TYPE: 415,
  UNPROCESSABLE: 422,
  RATE_LIMITED: 429,
  INTERNAL_ERROR: 500,
  UNAVAILABLE: 503,
} as const

export type ErrorCode = keyof typeof errorStatus

/** The wire form, in REST below `error`, on sockets in the acknowledgement. */
export interface WireError {
  code: ErrorCode
  message: string
  details?: unknown
}

/** An error meant for the client: anything else that is thrown becomes INTERNAL_ERROR and is logged. */
export class AppError extends Error {
  readonly code: ErrorCode
  readonly details: unknown

  constructor(code: ErrorCode, message: string, details?: unknown) {
    super(message)
    this.name = 'AppError'
    this.code = code
    this.details = details
  }

  toWire(): WireError {
    const { code, message, details } = this
    return details === undefined ? { code, message } : { code, message, details }
  }
}

export const notFound = (what: string) => new AppError('NOT_FOUND', `${what} not found`)
