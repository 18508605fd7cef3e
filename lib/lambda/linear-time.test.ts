import * as z from 'zod/mini'
import { eventOf } from '../../tools/testing/events.ts'
import { testKeys } from '../../tools/testing/keys.ts'
import * as fields from '../contract/fields.ts'
import { verifyJwt } from '../crypto/jwt.ts'
import { deviceOf } from '../domain/devices.ts'
import { bearerOf } from './bearer.ts'
import { refreshCookiesOf } from './cookies.ts'
import { clientOf, decodeBody } from './request.ts'

/** More than the gateway accepts. Quadratic time would be minutes. */
const LENGTH = 300_000

const read = (schema: z.ZodMiniType) => (text: string) => z.safeParse(schema, text)
/** Everything that reads text which any client may send. */
const readers: Record<string, (text: string) => unknown> = {
  'a content type': (text) =>
    decodeBody({
      ...eventOf('POST /x', { body: '{}' }),
      headers: { 'content-type': `application/json${text}` },
    }),
  'a cookie': (text) => refreshCookiesOf({ cookies: [`a=1${text}`, `${text}x`] }),
  'an authorization': (text) => bearerOf({ authorization: `Bearer ${text}` }),
  'a user agent': (text) => deviceOf(clientOf(eventOf('GET /x', { headers: { 'user-agent': text } }))),
  'a token': (text) =>
    verifyJwt(
      text,
      { algorithm: 'RS256', typ: 'at+jwt' },
      { keys: new Map(), issuer: null, audience: null, now: 1 },
    ),
  'an email': read(fields.email),
  'a name': read(fields.name),
  digits: read(fields.digits),
  'a password': read(fields.newPassword),
  'an id': read(fields.userId),
}

const texts = [' ', '\t', ' ;', '.', '-', 'a', 'a.', 'a@', '1', '1.', 'ü', '\u00a0', 'A.A-', '=']

describe.each(Object.entries(readers))('%s', (_, reader) => {
  it.each(texts)('reads 300,000 characters of %j within 2 s', async (unit) => {
    await testKeys.publicKeys()
    const start = performance.now()
    reader(`${unit.repeat(LENGTH / unit.length)}!`)
    expect(performance.now() - start).toBeLessThan(2000)
  })
})
