// A found line, short enough for a narrow column, with the match in sight. Pure.

/** Characters before the match that help to know it again */
const LEAD = 12
const LONGEST = 200

/** @param start of the match in the text, from 0 */
export function excerpt(text: string, start: number, length: number) {
  const end = start + length
  const lead = text.slice(0, start).trimStart()
  return {
    before: lead.length > LEAD ? `…${lead.slice(-LEAD)}` : lead,
    match: text.slice(start, end).slice(0, LONGEST),
    after: text.slice(end, end + LONGEST),
  }
}
