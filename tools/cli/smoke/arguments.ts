import { settings } from '../../../lib/config.ts'
import { type Env, readSettings as readTable } from '../../../lib/settings-table.ts'
import { UsageError, type Values } from '../command.ts'

export const usage = `Usage: npm run smoke -- --url <address> [options]

Tests a Cardea API with a throw-away account, prints a row for each check, and deletes the account.

  --url <address>        the address of the API: https, or http on this machine
  --origin <origin>      one of its ALLOWED_ORIGINS, to test CORS
  --cache-seconds <n>    its AUTHORIZER_CACHE_SECONDS: a revoked access token must be refused within this time (0)

How the account's email is verified, if the API requires it:

  --mailbox <address>    by the mail, in a local mailbox (default for an API on this machine: that of npm start)
  --stage <stage>        in the tables of a stage, with your AWS credentials and region ("local" is npm start's)

With an existing test account instead, which is kept:

  --email <email> --password <password>    (or SMOKE_PASSWORD in the environment)

The providers of PROVIDERS, in the environment or in .env, must begin a login; nobody logs in there.
If the API requires the secret of a proxy (TRUSTED_PROXY_SECRET_HASH), set SMOKE_PROXY_SECRET in the environment.`

const { providerNames, socialRedirects } = settings

const text = { type: 'string' } as const
export const options = {
  url: text,
  origin: text,
  'cache-seconds': { ...text, default: '0' },
  mailbox: text,
  stage: text,
  email: text,
  password: text,
}

export type Settings = ReturnType<typeof readSettings>

/** @throws UsageError with one sentence that repeats no password. */
export function readSettings(values: Values<typeof options>, env: Env) {
  const { url = '', origin, stage, email, 'cache-seconds': cacheSeconds } = values
  const { protocol, hostname = '' } = URL.parse(url) ?? {}
  const isLocal = ['localhost', '127.0.0.1', '[::1]'].includes(hostname)
  const isSafe = protocol === 'https:' || (protocol === 'http:' && isLocal)
  const password = values.password ?? (email === undefined ? undefined : env.SMOKE_PASSWORD || undefined)
  const account = email !== undefined && password !== undefined ? { email, password } : undefined
  const ownMailbox = `http://localhost:${env.MAILBOX_PORT?.trim() || settings.mailboxPort.default}`
  const mailbox = values.mailbox ?? (isLocal ? ownMailbox : undefined)
  const secret = env.SMOKE_PROXY_SECRET?.trim()
  const api = url.replace(/\/+$/, '')
  const { values: social, problems } = readTable({ providerNames, socialRedirects }, env)

  const mustHold = (holds: unknown, sentence: string) => {
    if (!holds) throw new UsageError(sentence)
  }
  mustHold(problems.length === 0, problems[0] ?? '')
  mustHold(url, 'Name the API: --url http://localhost:3000')
  mustHold(isSafe, '--url must be https, or http on this machine')
  mustHold(!origin || URL.parse(origin)?.origin === origin, '--origin must be like https://app.example.com')
  mustHold(
    /^\d+$/.test(cacheSeconds) && Number(cacheSeconds) <= 3600,
    '--cache-seconds must be from 0 to 3600',
  )
  mustHold((email ?? password) === undefined || account, 'A test account has both: --email and --password')
  mustHold(!account || !(stage ?? values.mailbox), 'A test account needs no --stage and no --mailbox')
  mustHold(
    account ?? stage ?? mailbox,
    'A deployed API needs --stage, or a test account: --email and --password',
  )
  return {
    /** Without a slash at its end. */
    url: api,
    isLocal,
    origin,
    cacheSeconds: Number(cacheSeconds),
    mailbox,
    stage,
    /** Headers of every request: those of the proxy. No client has this address (RFC 5737). */
    always: secret && { 'cardea-proxy-secret': secret, 'cloudfront-viewer-address': '192.0.2.1:443' },
    account,
    providers: social.providerNames,
    /** Where a login with a provider may return to. */
    redirect: social.socialRedirects?.[0] ?? `${env.ISSUER?.trim() || api}/ui/login`,
  }
}
