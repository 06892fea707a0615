// What is written and not yet sent, per channel and thread: kept in this browser, so that nothing is lost by going
// elsewhere or reloading.
const name = (place: string) => `openlaunch.draft.${place}`

export function readDraft(place: string): string {
  try {
    return localStorage.getItem(name(place)) ?? ''
  } catch {
    return ''
  }
}

export function keepDraft(place: string, text: string) {
  try {
    if (text.trim()) localStorage.setItem(name(place), text)
    else localStorage.removeItem(name(place))
  } catch {
    // No room, or not allowed: it lives as long as the page.
  }
}
