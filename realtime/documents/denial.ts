// How a refusal is told: as the code of a close, and as the reason of a denial.
import { errorStatus, type AppError, type ErrorCode } from '../../protocol/errors.ts'

/** WebSocket close code for an error: 44xx is final for a y-websocket client, 45xx is not. */
export const closeCode = (code: ErrorCode) => 4000 + errorStatus[code]
/** The reason of a denial: the code for programs, the sentence for people. */
export const denialReason = ({ code, message }: AppError) => `${code}: ${message}`

export function parseDenial(reason: string): { status: number; message: string } {
  const [code = '', ...rest] = reason.split(': ')
  const status = errorStatus[code as ErrorCode] as number | undefined
  return { status: status ?? errorStatus.INSUFFICIENT_PERMISSIONS, message: rest.join(': ') }
}
