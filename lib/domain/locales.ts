/** The languages of mails and pages, as BCP 47 names them. The first is the default. */
export const locales = ['en', 'de', 'fr', 'es', 'pt', 'ja'] as const
export type Locale = (typeof locales)[number]

/** What an earlier version has stored has no language; a later version may have stored a language that this one does not know. */
export const storedLocale = (stored: string | undefined): Locale =>
  locales.find((each) => each === stored) ?? locales[0]
