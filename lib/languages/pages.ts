import { pages as de } from './de/pages.ts'
import { pages as en } from './en/pages.ts'
import { pages as es } from './es/pages.ts'
import { pages as fr } from './fr/pages.ts'
import { pages as ja } from './ja/pages.ts'
import type { Language } from './languages.ts'
import { pages as pt } from './pt/pages.ts'

/** The texts of the pages. A language that lacks a text does not compile. */
export const pageTexts: Readonly<Record<Language, typeof en>> = { en, de, fr, es, pt, ja }
