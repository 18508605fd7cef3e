import { contrast, lightened } from '../colors.ts'

/** The contrast of text with its background (WCAG 2.2, 1.4.3). */
export const LEAST_CONTRAST = 4.5
export const WHITE = '#ffffff'
/** The lightest surface of the dark theme in pages/style.css. */
const DARK_SURFACE = '#1d2230'

/** The stylesheet with the deployer's accent colour, which is readable on white. The dark theme gets a lighter one. */
export function themeOf(accent: string): string {
  let dark = accent
  for (let share = 0.05; contrast(dark, DARK_SURFACE) < LEAST_CONTRAST; share += 0.05)
    dark = lightened(accent, share)
  const rule = (color: string) => `:root{--accent:${color};--on-accent:${readableOn(color)}}`
  return `${rule(accent)}@media(prefers-color-scheme:dark){${rule(dark)}}`
}

const readableOn = (background: string) => (contrast(WHITE, background) >= LEAST_CONTRAST ? WHITE : '#000000')
