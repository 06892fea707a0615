// Which versions of a file stay. The older, the fewer; what has a name stays, and so do the newest and the first, which
// is how the file came.
import type { VersionReason } from '../../db/tables/documents.ts'
import { MAX_FILE_VERSIONS, MAX_HISTORY_BYTES } from '../../protocol/limits.ts'

export interface Kept {
  id: string
  number: number
  name: string | null
  reason: VersionReason
  bytes: number
  /** ISO 8601 */
  createdAt: string
  /** Many others are kept as what differs from it: it stays until most of them are gone */
  isNeeded?: boolean
}

export interface RetentionLimits {
  versions: number
  bytes: number
}

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
const WEEK = 7 * DAY

/** Up to this age, one version in each stretch of time; the newest of it stays. */
const tiers = [
  // Sessions end five minutes apart; but who goes and comes back, as on a bad line, ends one each time.
  { age: DAY, stretch: 5 * MINUTE },
  { age: WEEK, stretch: HOUR },
  { age: 90 * DAY, stretch: DAY },
  { age: Infinity, stretch: WEEK },
]
/** What somebody asked for, and what a restore replaced, is not thinned before this age. */
const ASKED_FOR = WEEK
/** Who reaches a limit gets below it by this much, so that not every further version makes others go. */
const RELIEF = 0.9

/**
 * @param versions of one file, oldest first
 * @param now milliseconds
 * @returns those that go
 */
export function thinVersions<Version extends Kept>(
  versions: readonly Version[],
  now: number,
  limits: RetentionLimits = { versions: MAX_FILE_VERSIONS, bytes: MAX_HISTORY_BYTES },
): Version[] {
  const taken = new Set<string>()
  const stays = ({ reason, createdAt }: Version) => {
    const time = Date.parse(createdAt)
    const age = now - time
    if (reason !== 'session' && age < ASKED_FOR) return true
    const stretch = tiers.find((tier) => age < tier.age)?.stretch ?? WEEK
    const place = `${stretch} ${Math.floor(time / stretch)}`
    if (taken.has(place)) return false
    taken.add(place)
    return true
  }
  const gone = new Set(
    versions.toReversed().filter((version, index) => {
      const stretchTaken = !stays(version)
      return (
        index > 0 &&
        version.number > 1 &&
        version.name === null &&
        stretchTaken &&
        !version.isNeeded
      )
    }),
  )
  const left = versions.filter((version) => !gone.has(version))
  let bytes = left.reduce((sum, version) => sum + version.bytes, 0)
  let count = left.length
  if (count <= limits.versions && bytes <= limits.bytes) return [...gone]
  for (const version of left.slice(0, -1)) {
    if (count <= limits.versions * RELIEF && bytes <= limits.bytes * RELIEF) break
    if (version.name !== null) continue
    gone.add(version)
    count -= 1
    bytes -= version.bytes
  }
  return [...gone]
}
