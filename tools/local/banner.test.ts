import { banner } from './banner.ts'
import { checked, localEnv } from './settings.ts'

const parts = {
  endpoint: 'http://localhost:8000',
  mailbox: 'http://localhost:8005',
  keysFile: 'keys.json',
} as const
const textOf = (given: Record<string, string>, secrets: readonly string[] = []) =>
  banner(checked(localEnv(given)), { ...parts, keys: 'made', secrets })

describe('what npm start prints', () => {
  it('says nothing about providers and their routes if there are none', async () => {
    const text = await textOf({})
    expect(text).not.toMatch(/\/auth\/social|\n {2}login /)
    expect(text).toMatch(/POST +\/auth\/login /)
  })

  it('names each provider with its callback, and how to store a missing secret', async () => {
    const given = {
      PROVIDERS: 'google,acme',
      GOOGLE_CLIENT_ID: 'x',
      ACME_CLIENT_ID: 'x',
      ACME_LABEL: 'Acme Inc.',
    }
    const text = await textOf({ ...given, ACME_ISSUER: 'http://127.0.0.1:9000' }, ['google'])
    const callback = (name: string) => `http://localhost:3000/auth/social/${name}/callback`
    expect(text).toContain(`\n  login    with Google, which must know the address ${callback('google')}\n`)
    expect(text).toContain(
      `\n  login    with Acme Inc., which must know the address ${callback('acme')}; its secret is missing: npm run setup -- provider acme\n`,
    )
    expect(text).toMatch(/GET +\/auth\/social\/\{provider\} /)
  })
})
