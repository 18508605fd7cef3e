import { contrast } from '../colors.ts'
import { themeOf } from './theme.ts'

describe('the contrast of two colours', () => {
  // The examples of WCAG's own explanation.
  it.each([
    ['#000000', '#ffffff', 21],
    ['#ffffff', '#ffffff', 1],
    ['#777777', '#ffffff', 4.48],
    ['#767676', '#ffffff', 4.54],
  ])('of %s and %s is %d', (one, other, ratio) => {
    expect(contrast(one, other)).toBeCloseTo(ratio, 2)
    expect(contrast(other, one)).toBeCloseTo(ratio, 2)
  })
})

describe('the theme', () => {
  it.each(['#1a56db', '#000000', '#767676', '#8b0000', '#0b6b3a'])(
    'has readable text for the accent %s in light and dark',
    (accent) => {
      const colors = [...themeOf(accent).matchAll(/--accent:(#\w+);--on-accent:(#\w+)/g)].map(
        ([, ...pair]) => pair,
      )
      expect(colors).toHaveLength(2)
      for (const [color = '', text = ''] of colors) expect(contrast(color, text)).toBeGreaterThanOrEqual(4.5)
      expect(contrast(colors[0]?.[0] ?? '', '#ffffff')).toBeGreaterThanOrEqual(4.5)
      expect(contrast(colors[1]?.[0] ?? '', '#1d2230')).toBeGreaterThanOrEqual(4.5)
    },
  )
})
