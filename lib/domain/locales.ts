/** The languages of mails and pages, as BCP 47 names them. The first is the default. */
export const locales = ['en', 'de', 'fr', 'es', 'pt', 'ja'] as const
export type Locale = (typeof locales)[number]
