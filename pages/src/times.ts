const UNITS = [
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
] as const

/** How long ago a time is, such as "2 hours ago" or "now". A clock that is a little wrong never says "in 3 seconds". */
export function timeAgo(iso: string, now: number, lang: string): string {
  const words = new Intl.RelativeTimeFormat(lang, { numeric: 'auto' })
  const seconds = Math.max(0, (now - Date.parse(iso)) / 1000)
  const [unit, length] = UNITS.find(([, length]) => seconds >= length) ?? ['second', Number.POSITIVE_INFINITY]
  return words.format(-Math.floor(seconds / length) || 0, unit)
}

export const dateOf = (iso: string, lang: string): string =>
  new Intl.DateTimeFormat(lang, { dateStyle: 'medium' }).format(new Date(iso))
