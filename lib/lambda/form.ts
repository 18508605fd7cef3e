import type { APIGatewayProxyEventV2 } from 'aws-lambda'
import { Refusal } from '../domain/refusal.ts'
import { decodedText } from './request.ts'

const FORM = 'application/x-www-form-urlencoded'

/**
 * The fields of an HTML form. One that is sent twice is refused, because readers differ in which of them counts (RFC 6749 3.2).
 * Refuses with `unsupported_media_type`, `payload_too_large` or `invalid_request`.
 */
export function formOf(event: APIGatewayProxyEventV2): Readonly<Record<string, string>> {
  const text = decodedText(event, FORM)
  if (event.headers['content-type']?.toLowerCase() !== FORM) throw new Refusal('unsupported_media_type')
  const fields = new URLSearchParams(text)
  for (const name of fields.keys())
    if (fields.getAll(name).length > 1)
      throw new Refusal('invalid_request', {
        issues: [{ path: 'body', message: 'must name each field once' }],
      })
  return Object.fromEntries(fields)
}
