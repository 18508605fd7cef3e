import { LONGEST_ACCESS_TOKEN_SECONDS, LONGEST_SESSION_SECONDS } from './domain/lifetimes.ts'

/** One row says all about a setting. `laptop` ones never reach a deployed function. */
interface Setting<T> {
  readonly env: string
  readonly means: string
  readonly default?: string
  readonly laptop?: true
  /** Turns the text into the value, or throws a sentence that does not quote it. */
  read(text: string): T
}
const setting = <T>(row: Setting<T>): Setting<T> => row

const DAY = 86_400

export const settings = {
  issuer: setting({
    env: 'ISSUER',
    means: "The `iss` of every token: this API's own public address, https but on localhost",
    read: issuer,
  }),
  audience: setting({
    env: 'AUDIENCE',
    means: 'The `aud` of every access token: the name of the APIs that accept it',
    default: 'cardea',
    read: nonEmpty,
  }),
  allowedOrigins: setting({
    env: 'ALLOWED_ORIGINS',
    means: 'Origins of front ends that may send the refresh cookie, separated by commas',
    default: '',
    read: origins,
  }),
  accessTokenSeconds: setting({
    env: 'ACCESS_TOKEN_SECONDS',
    means: 'Life of an access token in seconds',
    default: '900',
    read: whole(60, LONGEST_ACCESS_TOKEN_SECONDS),
  }),
  sessionIdleSeconds: setting({
    env: 'SESSION_IDLE_SECONDS',
    means: 'A session ends when it was not refreshed for so many seconds (14 days)',
    default: String(14 * DAY),
    read: whole(300, 30 * DAY),
  }),
  sessionAbsoluteSeconds: setting({
    env: 'SESSION_ABSOLUTE_SECONDS',
    means: 'A session ends so many seconds after login whatever happens (30 days, NIST SP 800-63B-4 AAL1)',
    default: String(30 * DAY),
    read: whole(300, LONGEST_SESSION_SECONDS),
  }),
  refreshGraceSeconds: setting({
    env: 'REFRESH_GRACE_SECONDS',
    means: 'For so many seconds the refresh token before the newest is excused: parallel tabs, lost answers',
    default: '60',
    read: whole(0, 300),
  }),
  bcryptCost: setting({
    env: 'BCRYPT_COST',
    means: 'Cost of a password hash, as a power of two of rounds (OWASP: at least 10)',
    default: '12',
    read: whole(10, 15),
  }),
  usersTable: setting({
    env: 'USERS_TABLE',
    means: 'Name of the table of users',
    default: 'cardea-local-users',
    read: nonEmpty,
  }),
  sessionsTable: setting({
    env: 'SESSIONS_TABLE',
    means: 'Name of the table of sessions',
    default: 'cardea-local-sessions',
    read: nonEmpty,
  }),
  refreshTokenDenylistTable: setting({
    env: 'REFRESH_TOKEN_DENYLIST_TABLE',
    means: 'Name of the table of what was revoked',
    default: 'cardea-local-refresh-token-denylist',
    read: nonEmpty,
  }),
  port: setting({
    env: 'PORT',
    means: 'Port that `npm start` serves on',
    laptop: true,
    default: '3000',
    read: whole(1, 65_535),
  }),
  localFolder: setting({
    env: 'LOCAL_FOLDER',
    means: 'Where `npm start` keeps users and keys',
    laptop: true,
    default: '.cardea',
    read: nonEmpty,
  }),
  dynamodbEndpoint: setting({
    env: 'DYNAMODB_ENDPOINT',
    means: 'Another DynamoDB than the one that `npm start` starts, such as DynamoDB Local',
    laptop: true,
    default: '',
    read: (text) => text || undefined,
  }),
  keysFile: setting({
    env: 'KEYS_FILE',
    means: 'File of keys, made on first start',
    laptop: true,
    default: '',
    read: (text) => text || undefined,
  }),
}

type Settings = typeof settings
export type Config = { readonly [K in keyof Settings]: ReturnType<Settings[K]['read']> }

/** Reads every setting; an empty one counts as absent. @throws one error that names all that is wrong, quoting nothing. */
export function readConfig(env: Readonly<Record<string, string | undefined>>): Config {
  const problems: string[] = []
  const read = Object.entries(settings).map(([name, row]) => {
    const text = env[row.env]?.trim() || row.default
    try {
      if (text === undefined) throw new Error('must be set')
      return [name, row.read(text)]
    } catch (error) {
      problems.push(`${row.env} ${(error as Error).message}`)
      return [name, undefined]
    }
  })
  if (problems.length > 0) throw new Error(`Wrong settings: ${problems.join('; ')}`)
  return Object.fromEntries(read) as Config
}

let read: Config | undefined
/** The settings of this process, read on first use: importing a door needs none. */
export function config(): Config {
  read ??= readConfig(process.env)
  return read
}

function nonEmpty(text: string): string {
  return text
}

function whole(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN
    if (value >= least && value <= most) return value
    throw new Error(`must be a whole number from ${least} to ${most}`)
  }
}

function issuer(text: string): string {
  const url = URL.parse(text)
  const isLocal = url?.protocol === 'http:' && url.hostname === 'localhost'
  if (url && (url.protocol === 'https:' || isLocal) && !url.search && !url.hash && !text.endsWith('/'))
    return text
  throw new Error('must be an https address (http on localhost) with nothing after it, not even a slash')
}

/** Exact origins only: `*` and `null` would let in anyone (OWASP HTML5 Security Cheat Sheet, CORS). */
function origins(text: string): readonly string[] {
  const listed = text
    .split(',')
    .map((each) => each.trim())
    .filter((each) => each !== '')
  if (listed.every((each) => URL.parse(each)?.origin === each && !each.includes('*'))) return listed
  throw new Error('must be origins such as https://app.example.com, separated by commas')
}
