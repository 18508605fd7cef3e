import { createHash } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import type { APIGatewayProxyEventV2 } from 'aws-lambda'
import { config } from '../config.ts'
import { tagOf } from '../lambda/etag.ts'
import { type Answer, compressed, notFound } from './answers.ts'
import { type OpenApi, referenceHtml } from './reference-html.ts'
import { script } from './reference-script.ts'
import { style } from './reference-style.ts'

const sourceOf = (text: string) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`

/** Deployed, the page cannot send anything, because this is the origin of the refresh cookie. */
const policyOf = (calls: boolean) =>
  [
    "default-src 'none'",
    `style-src ${sourceOf(style)}`,
    'img-src data:',
    ...(calls ? [`script-src ${sourceOf(script)}`, "connect-src 'self'"] : ['sandbox', "connect-src 'none'"]),
    "form-action 'none'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join('; ')

/** Answers with the reference of the API, as one document. `calls`: each operation has a form that sends it. */
export function referenceResponder(document: OpenApi, issuer: string, calls: boolean) {
  const html = referenceHtml(document, issuer, calls)
  const content = gzipSync(html)
  const headers = {
    'Content-Type': 'text/html; charset=utf-8',
    'Content-Security-Policy': policyOf(calls),
    'Cross-Origin-Opener-Policy': 'same-origin',
    'Cache-Control': 'no-cache',
    ETag: tagOf(html),
    Vary: 'Accept-Encoding',
  }
  return (event: APIGatewayProxyEventV2): Answer => compressed(event, { content, headers })
}

/** The reference of this deployment; with `DOCS=false` it is unknown. */
export function referenceOfDeployment(document: OpenApi) {
  const settings = config()
  // This setting reaches no deployed function. serverless-offline sets Lambda's own variables too.
  const isLocal = settings.ssmEndpoint !== undefined
  const respond = settings.docs ? referenceResponder(document, settings.issuer, isLocal) : () => notFound()
  return { respond, trustedProxies: settings }
}
