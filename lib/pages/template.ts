/** Texts by name, nested. */
export interface Values {
  readonly [name: string]: string | Values
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}
export const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (sign) => entities[sign] ?? '')

/**
 * Fills a template: `{{a.b}}` with a text, which is escaped, and `{{{a}}}` with HTML.
 * @throws for a name without a value, so that no page lacks a text.
 */
export function fill(template: string, texts: Values, html: Readonly<Record<string, string>>): string {
  return template.replace(/\{\{(\{?)([\w.-]+)\}\}\}?/g, (_, isHtml: string, name: string) => {
    const value = isHtml ? html[name] : textOf(texts, name)
    if (value === undefined) throw new Error(`A page has no value for ${name}`)
    return isHtml ? value : escapeHtml(value)
  })
}

/**
 * Keeps what stands between the lines `{{#flag}}` and `{{/flag}}` if the flag is set, and between `{{^flag}}` and `{{/flag}}` if it is
 * not.
 * @throws for a name that is no flag.
 */
export function withSections(template: string, flags: Readonly<Record<string, boolean>>): string {
  return template.replace(
    /^\{\{([#^])(\w+)\}\}\n(.*?)^\{\{\/\2\}\}\n/gms,
    (_, sign: string, name: string, content: string) => {
      if (!Object.hasOwn(flags, name)) throw new Error(`A page has no flag ${name}`)
      return flags[name] === (sign === '#') ? withSections(content, flags) : ''
    },
  )
}

function textOf(texts: Values, name: string): string | undefined {
  let found: string | Values | undefined = texts
  for (const part of name.split('.')) {
    if (typeof found !== 'object' || !Object.hasOwn(found, part)) return undefined
    found = found[part]
  }
  return typeof found === 'string' ? found : undefined
}

/** Replaces `{name}` in every text. Names without a value stay, for the scripts of the pages. */
export function withNames<V extends Values>(texts: V, names: Readonly<Record<string, string>>): V {
  const filled = Object.entries(texts).map(([key, value]) => [
    key,
    typeof value === 'string'
      ? value.replace(/\{(\w+)\}/g, (whole, name: string) => names[name] ?? whole)
      : withNames(value, names),
  ])
  return Object.fromEntries(filled)
}

/** JSON that can stand in a `<script>`: `<` would end it or begin a comment. */
export const scriptJson = (value: unknown): string => JSON.stringify(value).replaceAll('<', '\\u003c')
