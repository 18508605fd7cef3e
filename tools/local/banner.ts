import type { Config } from '../../lib/config.ts'
import type { Contract } from '../../lib/contract/contract.ts'
import { callbackAddress } from '../../lib/domain/provider-settings.ts'
import { deployedWith, isRoute } from '../generate/registry.ts'

/** Who may call a route that is not public. */
const marks = (access: Contract['access']) => (access === 'public' ? '' : ` (${access})`)

/** The text that `npm start` prints once it serves: the address, the routes and the first commands. */
export async function banner(
  { port, pages: hasPages, docs: hasReference, issuer, providers }: Config,
  parts: {
    endpoint: string
    mailbox: string
    keysFile: string
    keys: 'made' | 'kept'
    /** The names of the providers whose secret is stored. */
    secrets: readonly string[]
  },
): Promise<string> {
  const entries = await deployedWith(providers.length > 0)
  const contracts = entries.filter(isRoute).map(({ contract }) => contract)
  const pages = hasPages
    ? `\n  pages    http://localhost:${port}/ui    ready-made: sign-up, login, account`
    : ''
  const social = providers.map(
    ({ name, label }) =>
      `\n  login    with ${label}, which must know the address ${callbackAddress(issuer, name)}` +
      (parts.secrets.includes(name) ? '' : `; its secret is missing: npm run setup -- provider ${name}`),
  )
  const reference = hasReference ? '/docs' : '/openapi.json'
  const width = Math.max(...contracts.map(({ path }) => path.length))
  const routes = contracts
    .sort((a, b) => a.path.localeCompare(b.path))
    .map(
      ({ method, path, access, summary }) =>
        `  ${method.padEnd(6)} ${path.padEnd(width)}  ${summary}${marks(access)}`,
    )
  return `
Cardea is running on http://localhost:${port}

  API      http://localhost:${port}    described at ${reference} and in README.md${pages}
  mailbox  ${parts.mailbox}    every mail that is sent, and the links in it
  data     DynamoDB at ${parts.endpoint}; keys ${parts.keys} in ${parts.keysFile}${social.join('')}

${routes.join('\n')}

Settings to change first, in .env (see .env.example):

  PRODUCT_NAME     the name of your product, in mails and on pages
  ALLOWED_ORIGINS  the addresses of your front end, such as http://localhost:5173

Open an account:

  curl -X POST http://localhost:${port}/auth/signup -H 'Content-Type: application/json' \\
    -d '{"email":"ada@example.com","password":"correct horse battery staple","name":"Ada Lovelace"}'

Verify its email with the token of the link in its mail, as a page of your front end would:

  curl -X POST http://localhost:${port}/auth/email/verify -H 'Content-Type: application/json' -d '{"token":"..."}'

Make it an administrator. On a stage, it first needs a second factor: add one at http://localhost:${port}/ui/account.

  npm run admin -- grant ada@example.com

Ctrl-C ends it all.
`
}
