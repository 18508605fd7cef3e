import { timeAgo } from './times.ts'

const now = Date.parse('2026-03-10T12:00:00.000Z')

describe('how long ago something was', () => {
  it.each([
    ['2026-03-10T11:59:59.000Z', 'now'],
    ['2026-03-10T12:00:02.000Z', 'now'],
    ['2026-03-10T11:59:00.000Z', '1 minute ago'],
    ['2026-03-10T11:01:00.000Z', '59 minutes ago'],
    ['2026-03-10T10:30:00.000Z', '1 hour ago'],
    ['2026-03-09T11:00:00.000Z', 'yesterday'],
    ['2026-02-10T12:00:00.000Z', '28 days ago'],
  ])('%s is %s', (iso, expected) => {
    expect(timeAgo(iso, now, 'en')).toBe(expected)
  })

  it('is said in the language of the page', () => {
    expect(timeAgo('2026-03-10T10:00:00.000Z', now, 'de')).toBe('vor 2 Stunden')
  })
})
