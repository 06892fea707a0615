// Characters by name or number. Only a text area's value is read, so that no markup comes to life.
const known = new Map<string, string>()

export function entities(text: string): string {
  const found = known.get(text)
  if (found !== undefined) return found
  const area = document.createElement('textarea')
  area.innerHTML = text
  known.set(text, area.value)
  return area.value
}
