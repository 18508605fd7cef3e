import { mails as deMails } from './de/mails.ts'
import { pages as de } from './de/pages.ts'
import { mails as enMails } from './en/mails.ts'
import { pages as en } from './en/pages.ts'
import { mails as esMails } from './es/mails.ts'
import { pages as es } from './es/pages.ts'
import { mails as frMails } from './fr/mails.ts'
import { pages as fr } from './fr/pages.ts'
import { mails as jaMails } from './ja/mails.ts'
import { pages as ja } from './ja/pages.ts'
import { mails as ptMails } from './pt/mails.ts'
import { pages as pt } from './pt/pages.ts'

/** A user finds in a mail the word that the page uses. So each thing has one word in each language. */
const words: Readonly<Record<string, Readonly<Record<string, RegExp>>>> = {
  'recovery code': {
    de: /Wiederherstellungscode/,
    es: /códigos? de recuperación/i,
    fr: /codes? de secours/i,
    ja: /リカバリーコード/,
    pt: /códigos? de recuperação/i,
  },
  'authenticator app': {
    de: /Authenticator-App/,
    es: /aplicación de autenticación/i,
    fr: /application d’authentification/i,
    ja: /認証アプリ/,
    pt: /aplicativo autenticador/i,
  },
  passkey: {
    de: /Passkey/,
    es: /llaves? de acceso/i,
    fr: /clés? d’accès/i,
    ja: /パスキー/,
    pt: /chaves? de acesso/i,
  },
  'second factor was removed': {
    de: /zweiter? Faktor.* entfernt/i,
    es: /segundo factor.* eliminado|eliminado un segundo factor/i,
    fr: /second facteur.* supprimé/i,
    ja: /第二の認証要素.*削除/,
    pt: /segundo fator.* removido/i,
  },
}

type Tree = { readonly [key: string]: Tree | string | readonly (Tree | string)[] }
const textsIn = (value: Tree[string] | Tree, path = ''): [string, string][] =>
  typeof value === 'string'
    ? [[path, value]]
    : Object.entries(value).flatMap(([key, each]) => textsIn(each, `${path}.${key}`))

const english = textsIn({ mails: enMails, pages: en } as unknown as Tree)
const translations = {
  de: { mails: deMails, pages: de },
  es: { mails: esMails, pages: es },
  fr: { mails: frMails, pages: fr },
  ja: { mails: jaMails, pages: ja },
  pt: { mails: ptMails, pages: pt },
}

describe.each(Object.entries(translations))('the texts in %s', (language, texts) => {
  const translated = new Map(textsIn(texts as unknown as Tree))

  it.each(Object.keys(words))('have one word for "%s"', (word) => {
    const paths = english.filter(([, text]) => text.toLowerCase().includes(word)).map(([path]) => path)
    const others = paths.filter((path) => !words[word]?.[language]?.test(translated.get(path) ?? ''))
    expect(paths.length).toBeGreaterThan(1)
    expect(others.map((path) => [path, translated.get(path)])).toEqual([])
  })
})
