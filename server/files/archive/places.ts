// How many archives of one person come or go at the same time on a node: each has a file or many rows to itself.
import { AppError } from '../../../protocol/errors.ts'

/** @param what they are called, for people */
export function createPlaces(max: number, what: string) {
  const taken = new Set<{ userId: string }>()

  /**
   * @returns what gives the place back
   * @throws AppError RATE_LIMITED
   */
  return (userId: string) => {
    if ([...taken].filter((place) => place.userId === userId).length >= max)
      throw new AppError(
        'RATE_LIMITED',
        `${max} ${what} of yours are under way; wait until one is done`,
      )
    const place = { userId }
    taken.add(place)
    return () => void taken.delete(place)
  }
}
