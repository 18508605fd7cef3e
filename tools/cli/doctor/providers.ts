import { type Parameters, PROVIDERS_PATH } from '../../../lib/crypto/keys.ts'
import { callbackAddress, type ProviderSettings } from '../../../lib/domain/provider-settings.ts'
import type { Aws } from './aws.ts'
import { doubtful, type Finding, fine, wrong } from './finding.ts'
import { type ProviderQuestions, wrongSecretOf } from './token-endpoint.ts'

/** What is stored below the path of the providers' secrets. */
export interface StoredSecrets {
  readonly names: readonly string[]
  /** Missing if the caller may not read secrets. */
  readonly values?: ReadonlyMap<string, string> | undefined
}

/** Reads which secrets there are, and what they are if the caller may decrypt them. */
export async function storedSecrets(
  { listed }: Pick<Aws, 'listed'>,
  parameters: Pick<Parameters, 'below'>,
): Promise<StoredSecrets> {
  const [names, values] = await Promise.all([
    listed(PROVIDERS_PATH),
    parameters.below(PROVIDERS_PATH).catch(() => undefined),
  ])
  return { names: names.map(({ number }) => number), values }
}

/** Checks a provider: the address to register, its discovery document and, of a deployed stage, its secret. */
export async function providerFindings(
  ask: ProviderQuestions,
  provider: ProviderSettings,
  issuer: string,
  secrets?: StoredSecrets,
): Promise<Finding[]> {
  const { name, label } = provider
  const address = fine(`${name}: ${label} must know this redirect address: ${callbackAddress(issuer, name)}`)
  const found = await discovery(ask, provider)
  if (found.grade !== 'fine' || !secrets) return [address, found]
  return [address, found, await secret(ask, provider, secrets)]
}

async function discovery(ask: ProviderQuestions, provider: ProviderSettings): Promise<Finding> {
  const { name, kind } = provider
  if (kind === 'github') return fine(`${name}: its endpoints are known without discovery`)
  const failure = await ask.discovery(provider)
  if (!failure) return fine(`${name}: the issuer of its discovery document is the expected one`)
  if (failure.code === 'provider_unavailable')
    return doubtful(`${name}: its discovery document cannot be read (${failure.reason})`, 'Try again later')
  return wrong(
    `${name}: its discovery document is not accepted (${failure.reason})`,
    kind === 'oidc'
      ? `${name.toUpperCase()}_ISSUER must be the "issuer" of <issuer>/.well-known/openid-configuration, to the letter`
      : 'Check its settings in .env.example',
  )
}

async function secret(
  ask: ProviderQuestions,
  provider: ProviderSettings,
  stored: StoredSecrets,
): Promise<Finding> {
  const { name } = provider
  const store = `Run npm run setup -- provider ${name} --stage <stage>`
  if (!stored.names.includes(name)) return wrong(`${name}: there is no secret`, store)
  const value = stored.values?.get(name)
  if (value === undefined)
    return fine(`${name}: there is a secret; these credentials cannot read it, so it was not tried`)
  const failure = await ask.exchange(provider, value)
  if (failure?.reason === 'client')
    return wrong(`${name}: the provider refuses the client id or the secret`, store)
  if (failure?.reason === 'secret') return wrong(`${name}: the secret cannot be used`, store)
  if (failure?.reason !== 'code')
    return doubtful(`${name}: the token endpoint fails (${failure?.reason})`, 'Try again later')
  // Some providers look at the code first, and refuse any secret alike.
  const control = await ask.exchange(provider, wrongSecretOf(provider))
  return control?.reason === 'client'
    ? fine(`${name}: the provider accepts the secret`)
    : fine(`${name}: there is a secret; whether the provider accepts it shows only in a login`)
}
