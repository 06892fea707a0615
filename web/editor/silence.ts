// Notices that edits wait for a server that answers nothing: a line may be dead for long before anybody says so.

/** As long may the next answer take, milliseconds. */
const PATIENCE = 5_000

/** @param onChange told when it becomes too long */
export function createSilence(onChange: () => void) {
  let unanswered = 0
  let long = false
  let timer: ReturnType<typeof setTimeout> | undefined

  return {
    isLong: () => long,
    /** @param count edits on their way that the server has not acknowledged */
    look(count: number) {
      const answered = count < unanswered
      const goesOn = unanswered > 0 && !answered
      unanswered = count
      if (goesOn) return
      clearTimeout(timer)
      long = false
      if (count === 0) return
      timer = setTimeout(() => {
        long = true
        onChange()
      }, PATIENCE)
    },
    end: () => clearTimeout(timer),
  }
}
