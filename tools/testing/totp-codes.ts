import { createHmac } from 'node:crypto'

/** The TOTP code of a secret in base32, as an authenticator app computes it. Independent of `lib/crypto/`. */
export function totpCode(secret: string, now: number): string {
  const bits = [...secret].map((each) =>
    'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(each).toString(2).padStart(5, '0'),
  )
  const bytes = bits.join('').match(/.{8}/g) ?? []
  const key = Buffer.from(bytes.map((each) => Number.parseInt(each, 2)))
  const counter = Math.floor(now / 30)
    .toString(16)
    .padStart(16, '0')
  const mac = createHmac('sha1', key).update(counter, 'hex').digest('hex')
  const start = Number.parseInt(mac.slice(-1), 16) * 2
  const number = Number.parseInt(mac.slice(start, start + 8), 16) % 2 ** 31
  return String(number).slice(-6).padStart(6, '0')
}
