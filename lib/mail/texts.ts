import deReplaced from '../../mails/de.json' with { type: 'json' }
import enReplaced from '../../mails/en.json' with { type: 'json' }
import esReplaced from '../../mails/es.json' with { type: 'json' }
import frReplaced from '../../mails/fr.json' with { type: 'json' }
import jaReplaced from '../../mails/ja.json' with { type: 'json' }
import ptReplaced from '../../mails/pt.json' with { type: 'json' }
import type { Locale } from '../domain/locales.ts'
import { mails as de } from '../languages/de/mails.ts'
import { mails as en, type Mails } from '../languages/en/mails.ts'
import { mails as es } from '../languages/es/mails.ts'
import { mails as fr } from '../languages/fr/mails.ts'
import { mails as ja } from '../languages/ja/mails.ts'
import { mails as pt } from '../languages/pt/mails.ts'

export type MailName = Exclude<keyof Mails, 'common'>

/** The texts of one language. A deployer's text may have more or fewer paragraphs than ours. */
export type MailTexts = Pick<Mails, 'common'> & {
  readonly [N in MailName]: { readonly subject: string; readonly text: readonly string[] }
}
export type Catalogue = Readonly<Record<Locale, MailTexts>>

/** Any of the texts, as mails/README.md describes. tools/bundle/mail-texts.cjs checks them before they are bundled. */
type Replaced = {
  readonly [N in keyof MailTexts]?: { readonly [K in keyof MailTexts[N]]?: MailTexts[N][K] }
}

const withReplaced = (texts: MailTexts, replaced: Replaced): MailTexts =>
  Object.fromEntries(
    Object.entries(texts).map(([name, entry]) => [name, { ...entry, ...replaced[name as keyof Replaced] }]),
  ) as unknown as MailTexts

/** Our texts. A language that lacks one does not compile. */
export const catalogue: Catalogue = { en, de, fr, es, pt, ja }

/** The texts of this deployment. */
export const mailTexts = (): Catalogue => ({
  en: withReplaced(en, enReplaced),
  de: withReplaced(de, deReplaced),
  fr: withReplaced(fr, frReplaced),
  es: withReplaced(es, esReplaced),
  pt: withReplaced(pt, ptReplaced),
  ja: withReplaced(ja, jaReplaced),
})
