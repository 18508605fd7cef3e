/** The parts of a mail; a string is a paragraph. `button` is the main action, `link` an alternative. */
export type Block =
  | string
  | { readonly button: string; readonly url: string }
  | { readonly link: string; readonly url: string }
  | { readonly code: string }
  | { readonly facts: readonly (readonly [label: string, value: string])[] }

export interface Draft {
  readonly subject: string
  readonly blocks: readonly Block[]
}

export interface Mail {
  readonly subject: string
  readonly text: string
  readonly html: string
}

/** Removes line breaks and characters that change the direction of text. */
export const oneLine = (text: string): string =>
  text
    .toWellFormed()
    .replace(/[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]+/gu, ' ')
    .trim()

/** What every mail of a language has. */
export interface Frame {
  readonly lang: string
  /** The last line. */
  readonly last: string
  /** Stands before the link of a button as text. */
  readonly buttonHelp: string
  /** Makes a label the introduction of a link. */
  readonly beforeLink: (label: string) => string
}

/** Renders the blocks as text and as HTML. */
export function layOut({ subject, blocks }: Draft, frame: Frame): Mail {
  const title = escaped(subject)
  const { lang, last } = frame
  return {
    subject: oneLine(subject),
    text: `${[...blocks, last].map((block) => asText(block, frame)).join('\n\n')}\n`,
    html: `<!doctype html>
<html lang="${lang}" style="color-scheme:light dark">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<meta name="format-detection" content="telephone=no">
<title>${title}</title>
</head>
<body style="margin:0;padding:0">
<div lang="${lang}" dir="ltr" style="${page}">
<h1 style="${heading}">${title}</h1>
${blocks.map((block) => asHtml(block, frame)).join('\n')}
<div style="${foot}">
${blocks.map((block) => spelledOut(block, frame)).join('')}<p style="margin:0">${escaped(last)}</p>
</div>
</div>
</body>
</html>
`,
  }
}

function asText(block: Block, { beforeLink }: Frame): string {
  if (typeof block === 'string') return oneLine(block)
  if ('code' in block) return oneLine(block.code)
  if ('facts' in block)
    return block.facts.map(([label, value]) => `${oneLine(label)} ${oneLine(value)}`).join('\n')
  return `${oneLine(beforeLink('button' in block ? block.button : block.link))}\n${block.url}`
}

// Text and links have no colours of their own, so they are readable on any background.
const page = [
  'max-width:560px;margin:0 auto;padding:32px 20px',
  "font-family:system-ui,-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif",
  'font-size:16px;line-height:1.5;overflow-wrap:anywhere',
].join(';')
// Readers that know it break Japanese between phrases, not in words.
const heading = 'margin:0 0 20px;font-size:24px;line-height:1.3;text-wrap:balance;word-break:auto-phrase'
const paragraph = 'margin:0 0 16px'
const code = 'margin:0 0 16px;font-size:32px;font-weight:bold;letter-spacing:6px'
const facts = 'margin:0 0 16px;padding-left:16px;border-left:4px solid #2563eb'
// White on this blue has a contrast of 5:1, and this blue 3.6:1 on a dark page. Outlook needs its own property for padding.
const cell = 'background:#2563eb;border-radius:8px;mso-padding-alt:14px 28px'
const button = 'display:inline-block;padding:14px 28px;color:#ffffff;font-weight:bold;text-decoration:none'
const foot = 'margin:32px 0 0;padding-top:20px;border-top:1px solid #8a8a8a;font-size:14px'

function asHtml(block: Block, { beforeLink }: Frame): string {
  if (typeof block === 'string') return `<p style="${paragraph}">${escaped(block)}</p>`
  if ('code' in block) return `<p style="${code}">${escaped(block.code)}</p>`
  if ('facts' in block) {
    const lines = block.facts.map(([label, value]) => `${escaped(label)} <strong>${escaped(value)}</strong>`)
    return `<p style="${facts}">${lines.join('<br>')}</p>`
  }
  if ('link' in block)
    return `<p style="${paragraph}">${escaped(beforeLink(block.link))}<br>${anchor(block.url)}</p>`
  return (
    '<table role="presentation" cellpadding="0" cellspacing="0" style="margin:24px 0"><tr><td bgcolor="#2563eb" ' +
    `style="${cell}"><a href="${escaped(block.url)}" style="${button}">${escaped(block.button)}</a></td></tr></table>`
  )
}

/** The link of a button as text, for readers whose button does not work. */
const spelledOut = (block: Block, { buttonHelp }: Frame) =>
  typeof block === 'object' && 'button' in block
    ? `<p style="${paragraph}">${escaped(buttonHelp)}<br>${anchor(block.url)}</p>\n`
    : ''

const anchor = (url: string) => `<a href="${escaped(url)}" style="word-break:break-all">${escaped(url)}</a>`

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}
const escaped = (text: string): string =>
  oneLine(text).replace(/[&<>"']/g, (character) => entities[character] ?? '')
