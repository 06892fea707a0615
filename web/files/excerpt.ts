// A found line, short enough for a narrow column, with the match in sight. Pure.

const LONGEST = 200

/**
 * @param start of the match in the text, from 0
 * @param room for characters before the match, which help to know it again
 */
export function excerpt(text: string, start: number, length: number, room: number) {
  const end = start + length
  const lead = text.slice(0, start).trimStart()
  return {
    before: lead.length > room ? `…${lead.slice(-room)}` : lead,
    match: text.slice(start, end).slice(0, LONGEST),
    after: text.slice(end, end + LONGEST),
  }
}
