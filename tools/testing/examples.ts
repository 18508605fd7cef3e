import { isDeepStrictEqual } from 'node:util'
import type { Examples } from '../generate/openapi-responses.ts'

/** The ids of an example, in the order in which they appear. */
const ids = [
  '6f9619ff-8b86-4d01-b42d-00cf4fc964ff',
  '0e37df36-f698-4a3f-a1b1-9f1fbd6c3a52',
  'b2c5a9d0-53e4-4c8e-9a47-2f6f0d1e7c18',
]

/** The ids that are no UUIDs, by their length: of a passkey, and of a user in WebAuthn. */
const fixedIds: ReadonlyMap<number, string> = new Map([
  [43, '3q2-7wAB_x9kTQ5mZ0sVh8uYcN1oLrE4gJdPiWbXtAs'],
  [22, 'b5YZ_4uGTQG0LADPT8lk_w'],
])

/** The members whose values differ from run to run, or from version to version. */
const fixedValues: Readonly<Record<string, unknown>> = {
  accessToken: 'eyJhbGciOiJSUzI1NiIsInR5cCI6ImF0K2p3dCJ9...',
  refreshToken: 'eyJhbGciOiJIUzI1NiIsInR5cCI6InJ0K2p3dCJ9...',
  devices: ['k3J8sQ2x'],
  challenge: 'Vt0Uo8Xn3mZQ2b7k...',
  authSession: 'WszipyrnT6GltpM-1gTRxcoK...',
  linkSession: 'OEO3CFHAdubzlAZo24j0q4o5688H78q2kC9dNgAguEg',
  url: 'https://auth.example.com/auth/social/google?ticket=PR_147aGbDjo-TdVIFczsMQCglwXf2preD8CDD-OuyU',
  secret: 'RB4NSBHIVGFTI5HS6CDVXIOFKJVRCIZR',
  uri: 'otpauth://totp/Cardea:ada%40example.com?secret=RB4NSBHIVGFTI5HS6CDVXIOFKJVRCIZR&issuer=Cardea',
  recoveryCodes: ['t31b-0a1p-czvg-z15e', 'qnx6-e8s6-5a9h-f73m'],
  nextCursor: 'eyJhbGciOiJIUzI1NiJ9...',
  kid: 'k2027-01-15',
  n: 'u1SU1LfVLPHCozMxH2Mo4lgOEePzNm0tRgeLezV6ffA...',
  version: '1.0.0',
}

/** Of one moment, the order of sessions and users is that of their ids. */
const byContent = (a: unknown, b: unknown) => contentOf(b).localeCompare(contentOf(a))
const contentOf = (item: unknown) => JSON.stringify(item, (key, value) => (key === 'id' ? undefined : value))

/** The same answer in each run: ids and secrets are replaced by fixed ones. */
function fixed(body: unknown): unknown {
  const seen: string[] = []
  const text = JSON.stringify(body, (key, value) => {
    // `recoveryCodes` is also the name of a count.
    if (key in fixedValues && Array.isArray(fixedValues[key]) === Array.isArray(value))
      return fixedValues[key]
    if (key === 'id' && typeof value === 'string') return fixedIds.get(value.length) ?? value
    return Array.isArray(value) ? value.toSorted(byContent) : value
  })
  const uuid = /\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/g
  return JSON.parse(
    text.replace(uuid, (id) => {
      if (!seen.includes(id)) seen.push(id)
      return ids[seen.indexOf(id)] ?? id
    }),
  )
}

/** Keeps the first answer of each kind that tests receive, for `functions/openapi-examples.json`. */
export function exampleRecorder() {
  const gateway: Record<string, unknown> = {}
  const operations: Record<string, Record<string, unknown>> = {}
  return {
    /** `key` is the code of a problem, or the status of a success. */
    add(operationId: string, key: string | number, body: unknown): void {
      if (body === undefined) return
      operations[operationId] ??= {}
      operations[operationId][key] ??= fixed(body)
    },
    /** An answer of API Gateway itself, by the code that it stands for. */
    addOfGateway(code: string, body: unknown): void {
      gateway[code] ??= fixed(body)
    },
    /** The text of the file. A problem that several operations answer alike stands there once. */
    text(): string {
      const texts = Object.values(operations).flatMap((answers) =>
        Object.entries(answers).map(([key, body]) => [key, JSON.stringify(body)] as const),
      )
      const isProblem = (key: string) => /^[a-z]/.test(key)
      const problems: Record<string, unknown> = {}
      for (const [key, bodies] of Map.groupBy(texts, ([key]) => key)) {
        if (isProblem(key)) problems[key] = JSON.parse(commonest(bodies.map(([, body]) => body)))
      }
      const own = Object.entries(operations).map(([operationId, answers]) => [
        operationId,
        Object.fromEntries(
          Object.entries(answers).filter(([key, body]) => !isDeepStrictEqual(body, problems[key])),
        ),
      ])
      const examples: Examples = {
        problems: sorted(problems),
        gateway: sorted(gateway),
        operations: sorted(
          Object.fromEntries(own.filter(([, answers]) => Object.keys(answers ?? {}).length > 0)),
        ),
      }
      return `${JSON.stringify(examples, null, 2)}\n`
    },
  }
}

const sorted = (object: object) => Object.fromEntries(Object.entries(object).sort())

/** The text that occurs most often, the first of equals. */
const commonest = (texts: readonly string[]): string =>
  [...Map.groupBy(texts, (text) => text)].reduce((best, each) =>
    each[1].length > best[1].length ? each : best,
  )[0]
