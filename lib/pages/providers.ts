import { logos, socialScripts, socialStyle } from '#built-pages'
import { tellsLoginTime } from '../domain/provider-settings.ts'
import { fill, withNames } from './template.ts'

/** The providers of social login. `label` is what people read. */
export type Providers = readonly { readonly name: string; readonly label: string }[]
type Asset = (name: string) => string

/** The buttons of the providers, and their stylesheet. */
export function providerHtml(
  providers: Providers,
  { continueWith = '', link = '' }: Readonly<Record<string, string>>,
  asset: Asset,
): Readonly<Record<string, string>> {
  return {
    // A page that logs in shows them as the providers ask for.
    providers: providers.map((each) => button(each, continueWith, asset)).join(''),
    // The script shows those that are linked.
    proofs: providers
      .filter(({ name }) => tellsLoginTime(name))
      .map((each) => button(each, continueWith, asset))
      .join(''),
    links: providers.map((each) => button(each, link)).join(''),
    socialStyle: `<link rel="stylesheet" href="${asset(socialStyle)}">`,
  }
}

/** A provider has a logo if there is a file with its name in `pages/providers/`. */
function button({ name, label }: Providers[number], text: string, asset?: Asset): string {
  const logo = Object.hasOwn(logos, name) ? logos[name] : undefined
  const values = {
    name,
    text: withNames({ text }, { provider: label }).text,
    logo: asset && logo ? asset(logo) : '',
  }
  const image = values.logo && '<img src="{{logo}}" alt="" width="20" height="20">'
  const look = asset ? ' class="provider"' : ''
  return fill(
    `<button type="button"${look} data-provider="{{name}}">${image}<span>{{text}}</span></button>`,
    values,
    {},
  )
}

/** What a page's script needs to know: nothing, if the page shows no providers. */
export const socialDataOf = (page: string, providers: Providers, asset: Asset): object =>
  Object.hasOwn(socialScripts, page) ? { social: asset(socialScripts[page] ?? ''), providers } : {}
