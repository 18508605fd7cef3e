import { domainToASCII } from 'node:url'

/** Longer texts are refused before any other check. */
const LONGEST_TEXT = 1024

/** Characters that look like `@` and that NFKC turns into one: they redirect mail (GHSA-7rqj-j65f-68wh). */
const foreignAt = /[\uFE6B\uFF20]/

/** RFC 5321's dot-string of 64 octets and letter-digit-hyphen labels: SES can deliver to nothing else. */
const atom = "[a-z0-9!#$%&'*+/=?^_`{|}~-]+"
const label = '[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?'
const address = new RegExp(
  `^(?=.{1,254}$)(?=[^@]{1,64}@)${atom}(?:\\.${atom})*@(?:${label}\\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])$`,
)

/**
 * What a host name must not contain before its conversion: other ASCII characters, which are URL syntax; invisible characters,
 * except the joiners of some scripts; a label that begins or ends with a hyphen.
 */
const notInHost =
  /[^a-z0-9.\u0080-\u{10FFFF}-]|(?![\u200C\u200D])\p{Default_Ignorable_Code_Point}|(?:^|[.\u3002])-|-(?:[.\u3002]|$)/u

/**
 * Returns the canonical form of an email, or `undefined` if it is none. The form is NFKC in lower case. Its domain is in
 * A-labels, by which mail servers are looked up (UTS 46 non-transitional: `ß` is not `ss`).
 */
export function canonicalEmail(text: string): string | undefined {
  if (text.length > LONGEST_TEXT || foreignAt.test(text)) return undefined
  const folded = fold(text)
  return address.test(folded) ? folded : undefined
}

/**
 * UTS 46 converts the domain as it was sent, because lower-casing first would turn a capital sigma at the end of a word into `ς`
 * instead of `σ`. ASCII domains are not converted: `domainToASCII` would read `1.2` as an IPv4 address of a URL.
 */
function fold(text: string): string {
  const given = text.trim()
  const folded = given.normalize('NFKC').toLowerCase()
  const at = folded.lastIndexOf('@')
  const domain = folded.slice(at + 1)
  if (/^[\0-\x7F]*$/.test(domain)) return folded
  if (notInHost.test(domain)) return ''
  return folded.slice(0, at + 1) + domainToASCII(given.slice(given.lastIndexOf('@') + 1))
}
