// How far the server is with getting its media worker, the native program without which there are no calls.

export type WorkerStep = 'download' | 'packages' | 'configure' | 'compile'

export type WorkerStatus =
  | {
      state: 'preparing'
      step: WorkerStep
      /** 0 to 1, or null while nobody knows */
      progress: number | null
      message: string
    }
  | { state: 'ready' }
  /** The reason is in words, and without paths of the server */
  | { state: 'unavailable'; reason: string }
