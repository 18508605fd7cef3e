import { settings } from '../../../lib/config.ts'
import { checkStage, readWords, UsageError } from '../command.ts'

export const usage = `Usage: npm run smoke -- --url <address> [options]

Goes once around an API of Cardea with a throw-away account, says what it found, and removes what it made.

  --url <address>        where the API answers: https, or http on this machine
  --origin <origin>      one of its ALLOWED_ORIGINS, to try CORS with
  --cache-seconds <n>    its AUTHORIZER_CACHE_SECONDS, within which a revocation must hold (0)

How the account's email is confirmed, where that is required:

  --mailbox <address>    by the mail, in a local mailbox (that of npm start if the API is on this machine)
  --stage <stage>        in the storage of a stage, with your AWS credentials and region ("local" is npm start's)

Past a CDN whose secret the API asks for (TRUSTED_PROXY_SECRET_HASH): that secret as SMOKE_PROXY_SECRET in the environment.

Or with a test account, which is kept:

  --email <email> --password <password>    (or SMOKE_PASSWORD in the environment)`

export interface Options {
  /** Without a slash at its end. */
  readonly url: string
  readonly isLocal: boolean
  readonly origin: string | undefined
  readonly cacheSeconds: number
  readonly mailbox: string | undefined
  readonly stage: string | undefined
  /** What every request has besides. */
  readonly always: Readonly<Record<string, string>>
  readonly account: { readonly email: string; readonly password: string } | undefined
}

/** Reads the command line; `undefined` if help was asked for. @throws UsageError, one sentence about what is wrong. */
export function readArguments(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): Options | undefined {
  const { help, url, origin, stage, email, ...values } = parsed(args)
  if (help) return undefined
  if (!url) throw new UsageError('Say which API is meant: --url http://localhost:3000')
  const address = URL.parse(url)
  const isLocal = ['localhost', '127.0.0.1', '[::1]'].includes(address?.hostname ?? '')
  if (!(address?.protocol === 'https:' || (address?.protocol === 'http:' && isLocal)))
    throw new UsageError('--url must be an https address, or http on this machine')
  if (origin !== undefined && URL.parse(origin)?.origin !== origin)
    throw new UsageError('--origin must be an origin such as https://app.example.com')
  const cacheSeconds = Number(values['cache-seconds'])
  if (!(Number.isInteger(cacheSeconds) && cacheSeconds >= 0 && cacheSeconds <= 3600))
    throw new UsageError('--cache-seconds must be a whole number from 0 to 3600')

  const password = values.password ?? (email === undefined ? undefined : env.SMOKE_PASSWORD || undefined)
  if ((email === undefined) !== (password === undefined))
    throw new UsageError('A test account has both: --email and --password')
  const ownMailbox = `http://localhost:${env.MAILBOX_PORT?.trim() || settings.mailboxPort.default}`
  const mailbox = values.mailbox ?? (isLocal ? ownMailbox : undefined)
  if (stage !== undefined) checkStage(stage)
  if (email !== undefined && (stage !== undefined || values.mailbox !== undefined))
    throw new UsageError('A test account needs no --stage and no --mailbox')
  if (email === undefined && stage === undefined && mailbox === undefined)
    throw new UsageError(
      'Of a deployed API say its --stage, or give --email and --password of a test account',
    )
  return {
    url: url.replace(/\/+$/, ''),
    isLocal,
    origin,
    cacheSeconds,
    mailbox,
    stage,
    always: asProxy(env.SMOKE_PROXY_SECRET?.trim()),
    account: email !== undefined && password !== undefined ? { email, password } : undefined,
  }
}

/** The headers of the CDN, for an API that answers no other sender. The address is one that nobody has (RFC 5737). */
export const asProxy = (secret: string | undefined): Readonly<Record<string, string>> =>
  secret ? { 'cardea-proxy-secret': secret, 'cloudfront-viewer-address': '192.0.2.1:443' } : {}

function parsed(args: readonly string[]) {
  const text = { type: 'string' } as const
  const options = {
    help: { type: 'boolean' },
    url: text,
    origin: text,
    'cache-seconds': { ...text, default: '0' },
    mailbox: text,
    stage: text,
    email: text,
    password: text,
  } as const
  try {
    const { values, positionals } = readWords(options, args)
    if (positionals.length > 0) throw new UsageError(`"${positionals[0]}" is no option`)
    return values
  } catch (error) {
    throw new UsageError(`${(error as Error).message}; npm run smoke -- --help says what there is`)
  }
}
