// The whole page in one place, so longer than other files.
import { script } from './reference-script.ts'
import { style } from './reference-style.ts'
import { escapeHtml } from './template.ts'

interface Schema {
  readonly $ref?: string
  readonly type?: string | readonly string[]
  readonly format?: string
  readonly description?: string
  readonly const?: unknown
  readonly default?: unknown
  readonly enum?: readonly unknown[]
  readonly examples?: readonly unknown[]
  readonly minLength?: number
  readonly maxLength?: number
  readonly items?: Schema
  readonly properties?: Readonly<Record<string, Schema>>
  readonly required?: readonly string[]
}
interface Media {
  readonly schema: Schema
  readonly example?: unknown
  readonly examples?: Readonly<Record<string, { readonly $ref?: string; readonly value?: unknown }>>
}
interface Response {
  readonly $ref?: string
  readonly description?: string
  readonly headers?: object
  readonly content?: Readonly<Record<string, Media>>
}
interface Operation {
  readonly operationId: string
  readonly tags: readonly string[]
  readonly summary: string
  readonly description?: string
  readonly 'x-limits'?: readonly { per: string; most: number; seconds: number }[]
  readonly security: readonly Readonly<Record<string, readonly string[]>>[]
  readonly parameters?: readonly { name: string; in: string; required: boolean; schema: Schema }[]
  readonly requestBody?: { readonly content: Readonly<Record<string, Media>> }
  readonly responses: Readonly<Record<string, Response>>
}
/** What is shown of the OpenAPI document. */
export interface OpenApi {
  readonly info: { readonly title: string; readonly version: string; readonly description: string }
  readonly tags: readonly { readonly name: string; readonly description: string }[]
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
  readonly components: {
    readonly schemas: Readonly<Record<string, Schema>>
    readonly responses: Readonly<Record<string, Response>>
    readonly examples: Readonly<Record<string, { readonly value: unknown }>>
  }
}
type Route = Operation & { readonly method: string; readonly path: string }

/** Text with `code` between backticks. */
const prose = (text: string) => escapeHtml(text).replace(/`([^`]+)`/g, '<code>$1</code>')
const json = (value: unknown) => `<pre tabindex="0">${escapeHtml(JSON.stringify(value, null, 2))}</pre>`

/** The whole reference as one document. With `calls`, each operation has a form that sends it. */
export function referenceHtml(document: OpenApi, issuer: string, calls: boolean): string {
  const { info, tags, paths, components } = document
  const routes: Route[] = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ ...operation, method, path })),
  )
  const at = <T>(value: T & { readonly $ref?: string }): T =>
    value.$ref
      ? (value.$ref
          .slice(2)
          .split('/')
          .reduce<unknown>((found, part) => (found as Record<string, unknown>)[part], { components }) as T)
      : value
  const groups = tags.map((tag) => ({
    ...tag,
    routes: routes.filter((route) => route.tags.includes(tag.name)),
  }))

  const typeOf = (schema: Schema): string => {
    const { type, enum: values, const: only, items, format } = at(schema)
    if (only !== undefined) return JSON.stringify(only)
    if (values) return values.map((value) => JSON.stringify(value)).join(' | ')
    if (items) return `list of ${typeOf(items)}`
    return `${[type ?? 'any'].flat().join(' | ')}${format ? `, ${format}` : ''}`
  }

  const rows = (schema: Schema, prefix = ''): string => {
    const { properties = {}, required = [] } = at(schema)
    return Object.entries(properties)
      .map(([name, each]) => {
        const inner = at(at(each).items ?? each)
        return row(`${prefix}${name}`, each, required.includes(name)) + rows(inner, `${prefix}${name}.`)
      })
      .join('')
  }
  const row = (name: string, schema: Schema, isRequired: boolean): string => {
    const { minLength, maxLength, default: standard, description } = at(schema)
    const notes = [
      isRequired ? 'required' : 'optional',
      ...(minLength && minLength > 1 ? [`at least ${minLength} characters`] : []),
      ...(maxLength ? [`at most ${maxLength}`] : []),
      ...(standard === undefined ? [] : [`default ${JSON.stringify(standard)}`]),
    ].join(', ')
    return `<tr><th scope="row"><code>${escapeHtml(name)}</code></th><td>${escapeHtml(typeOf(schema))} <span class="muted">${notes}</span>${
      description ? `<br>${prose(description)}` : ''
    }</td></tr>`
  }
  const table = (content: string) => (content ? `<table>${content}</table>` : '')

  const sampleOf = (schema: Schema): unknown =>
    Object.fromEntries(
      Object.entries(at(schema).properties ?? {})
        .filter(([name]) => at(schema).required?.includes(name))
        .map(([name, each]) => {
          const { examples, enum: values, format, default: standard } = at(each)
          return [
            name,
            examples?.[0] ?? standard ?? values?.[0] ?? (format === 'idn-email' ? 'ada@example.com' : '...'),
          ]
        }),
    )

  const response = ([status, given]: [string, Response]): string => {
    const { description = '', content = {} } = at(given)
    const examples = Object.values(content).flatMap(({ example, examples = {} }) => [
      ...(example === undefined ? [] : [example]),
      ...Object.values(examples).map((each) => at(each as { $ref?: string; value?: unknown }).value),
    ])
    const fields = Object.entries(content).map(([type, { schema }]) =>
      status < '300' && type === 'application/json' ? table(rows(schema)) : '',
    )
    const text = description.split('\n').map(prose).join('<br>')
    if (examples.length === 0) return `<div class="response"><code>${status}</code> ${text}</div>`
    return `<details class="response"${status < '300' ? ' open' : ''}><summary><code>${status}</code><span>${text}</span></summary>${fields.join('')}${examples.map(json).join('')}</details>`
  }

  const accessOf = ({ security }: Route): string => {
    const token = security.find(({ accessToken }) => accessToken)?.accessToken
    if (token)
      return token.length > 0
        ? `Needs an access token with the role ${token.join(' or ')}.`
        : 'Needs an access token.'
    return security.length > 0 ? 'Takes the refresh token from its cookie, or from the body.' : 'Public.'
  }

  const form = (route: Route): string => {
    const { method, path, parameters = [], requestBody, operationId } = route
    const isUser = route.security.some(({ accessToken }) => accessToken)
    const inputs = parameters.map(
      ({ name, in: place, required }) =>
        `<label>${name}<input name="${name}" data-in="${place}"${required ? ' required' : ''} autocomplete="off"></label>`,
    )
    const media = requestBody?.content['application/json']
    const text = media && escapeHtml(JSON.stringify(sampleOf(media.schema), null, 2))
    const body = media
      ? `<label>Body<textarea name="body" data-in="body" rows="6">${text}</textarea></label>`
      : ''
    return `<h3>Send it</h3><form data-method="${method.toUpperCase()}" data-path="${path}"${isUser ? ' data-user="true"' : ''} aria-label="${operationId}">${inputs.join('')}${body}<button>Send</button><output></output></form>`
  }

  const section = (route: Route): string => {
    const { method, path, summary, description, operationId, parameters = [], requestBody } = route
    const limits = (route['x-limits'] ?? []).map(
      ({ most, seconds, per }) => `${most} in ${seconds} s per ${per}`,
    )
    const fields = requestBody?.content['application/json']
    return `<details class="operation ${method}"><summary><span class="method">${method.toUpperCase()}</span><span class="path">${escapeHtml(path)}</span><span class="muted">${prose(summary)}</span></summary><div id="${operationId}">
${description ? `<p>${prose(description)}</p>` : ''}<p class="muted">${accessOf(route)}${limits.length > 0 ? ` Limits: ${limits.join('; ')}.` : ''} Operation <code>${operationId}</code>.</p>
${parameters.length > 0 ? `<h3>Parameters</h3>${table(parameters.map(({ name, schema, required }) => row(name, schema, required)).join(''))}` : ''}
${fields ? `<h3>Body</h3>${table(rows(fields.schema))}${json(sampleOf(fields.schema))}` : ''}
<h3>Answers</h3>${Object.entries(route.responses).map(response).join('')}
${calls ? form(route) : ''}</div></details>`
  }

  const links = groups.map(
    ({ name, routes }) =>
      `<b>${escapeHtml(name)}</b>${routes.map(({ operationId, summary }) => `<a href="#${operationId}">${prose(summary)}</a>`).join('')}`,
  )
  const sections = groups.map(
    ({ name, description, routes }) =>
      `<h2>${escapeHtml(name)}</h2><p class="muted">${prose(description)}</p>${routes.map(section).join('\n')}`,
  )
  const token =
    '<label>Access token<input id="token" autocomplete="off"></label><p class="muted">A login fills it in.</p>'
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(info.title)} API reference</title><link rel="icon" href="data:,"><style>${style}</style></head>
<body><nav aria-label="Operations"><span class="name">${escapeHtml(info.title)} API</span>${links.join('')}</nav>
<main><h1>${escapeHtml(info.title)} API reference</h1><p class="muted">Version ${escapeHtml(info.version)} at <code>${escapeHtml(issuer)}</code></p>
<p>${prose(info.description)}</p><p><a href="${escapeHtml(issuer)}/openapi.json">OpenAPI document</a></p>${calls ? token : ''}
${sections.join('\n')}</main>${calls ? `<script>${script}</script>` : ''}</body></html>
`
}
