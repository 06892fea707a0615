// Times as people say them.
const clock = new Intl.DateTimeFormat(undefined, { hour: 'numeric', minute: '2-digit' })
const date = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short', year: 'numeric' })
const weekday = new Intl.DateTimeFormat(undefined, {
  weekday: 'long',
  day: 'numeric',
  month: 'long',
})
const full = new Intl.DateTimeFormat(undefined, { dateStyle: 'full', timeStyle: 'short' })
const relative = new Intl.RelativeTimeFormat(undefined, { numeric: 'auto' })

export const clockTime = (iso: string) => clock.format(new Date(iso))
export const fullTime = (iso: string) => full.format(new Date(iso))

/** How long a link may work, in hours, to choose from */
export const durations = [
  { value: '24', label: '1 day' },
  { value: '168', label: '7 days' },
  { value: '720', label: '30 days' },
]

const midnight = (time: Date) => new Date(time).setHours(0, 0, 0, 0)

/** The clock alone where it is today. */
export const momentName = (iso: string) =>
  midnight(new Date(iso)) === midnight(new Date()) ? clockTime(iso) : fullTime(iso)

export function dayName(iso: string): string {
  const days = Math.round((midnight(new Date(iso)) - midnight(new Date())) / 86_400_000)
  if (days < -180) return date.format(new Date(iso))
  const text =
    days === 0 || days === -1 ? relative.format(days, 'day') : weekday.format(new Date(iso))
  return text.charAt(0).toLocaleUpperCase() + text.slice(1)
}

export function ago(iso: string): string {
  const seconds = (Date.parse(iso) - Date.now()) / 1_000
  const past = Math.abs(seconds)
  if (past < 45) return 'just now'
  if (past < 3_600) return relative.format(Math.round(seconds / 60), 'minute')
  if (past < 86_400) return relative.format(Math.round(seconds / 3_600), 'hour')
  if (past < 30 * 86_400) return relative.format(Math.round(seconds / 86_400), 'day')
  return date.format(new Date(iso))
}

export function Ago({ at }: { at: string }) {
  return (
    <time dateTime={at} title={fullTime(at)}>
      {ago(at)}
    </time>
  )
}
