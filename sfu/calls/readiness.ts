// Whether calls are possible yet: the media worker's binary may have to be compiled first.
import { AppError } from '../../protocol/errors.ts'
import type { WorkerStatus } from '../../protocol/worker.ts'

/** What calls need of sfu/worker/. */
export interface WorkerBinary {
  status(): WorkerStatus
  onChange(listener: (status: WorkerStatus) => void): () => void
  /** The path of the binary */
  ready: Promise<string>
}

/** Compilers report every object file; people need no more than this. */
const TELL_EVERY = 1_000

export interface Readiness {
  isReady(): boolean
  /** @throws AppError UNAVAILABLE with the status as its details */
  requirePath(): Promise<string>
  close(): void
}

export function watchBinary(binary: WorkerBinary, tell: (status: WorkerStatus) => void): Readiness {
  let told = binary.status().state
  let timer: NodeJS.Timeout | undefined
  const tellNow = () => {
    clearTimeout(timer)
    timer = undefined
    told = binary.status().state
    tell(binary.status())
  }
  const unsubscribe = binary.onChange((status) => {
    if (status.state !== told) tellNow()
    else timer ??= setTimeout(tellNow, TELL_EVERY)
  })
  return {
    isReady: () => binary.status().state === 'ready',
    async requirePath() {
      const status = binary.status()
      if (status.state === 'ready') return binary.ready
      throw new AppError('UNAVAILABLE', describe(status), status)
    },
    close() {
      clearTimeout(timer)
      unsubscribe()
    },
  }
}

function describe(status: Exclude<WorkerStatus, { state: 'ready' }>): string {
  if (status.state === 'unavailable')
    return `Calls are not possible on this server: ${status.reason}`
  const { message, progress } = status
  const share = progress === null ? '' : `, ${Math.round(progress * 100)} %`
  return `Calls are being prepared: ${message.charAt(0).toLowerCase()}${message.slice(1)}${share}`
}
