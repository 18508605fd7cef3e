import { createPrivateKey } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { text } from 'node:stream/consumers'
import { settings } from '../../lib/config.ts'
import { PROVIDERS_PATH } from '../../lib/crypto/keys.ts'
import { kindOf } from '../../lib/domain/provider-settings.ts'
import { inAccount } from './aws.ts'
import { UsageError } from './command.ts'
import { commandLog } from './command-log.ts'
import { ask } from './hidden-prompt.ts'
import { keysOfStage } from './stage-keys.ts'

interface Asked {
  readonly stage: string
  readonly remove?: boolean | undefined
  readonly unlogged?: boolean | undefined
}

/** Stores or removes the secret of a provider. It is typed or piped in, so that no history of a shell has it. */
export async function setUpProvider(name: string, { stage, remove, unlogged }: Asked): Promise<void> {
  if (!isName(name)) throw new UsageError(`"${name}" cannot be a name in PROVIDERS`)
  const { parameters, place } = await keysOfStage(stage)
  const secret = remove ? undefined : readSecret(name, await given(name))
  const log = commandLog(stage, { unlogged })
  await log.begin(`setup provider ${name}`)
  if (stage !== 'local') console.log(`In ${await inAccount(place)}:`)
  await log.during(async () => {
    if (secret === undefined) await parameters.remove(PROVIDERS_PATH, name)
    else await parameters.replace(PROVIDERS_PATH, name, secret)
    log.record({ type: remove ? 'provider.secret_removed' : 'provider.secret_set', provider: name })
  })
  console.log(
    remove ? `Removed the secret of ${name} from ${place}` : `Stored the secret of ${name} in ${place}`,
  )
}

function isName(text: string): boolean {
  try {
    return settings.providerNames.read(text).length === 1
  } catch {
    return false
  }
}

async function given(name: string): Promise<string> {
  const { stdin: input, stdout: output } = process
  if (!input.isTTY) return text(input)
  if (kindOf(name) !== 'apple')
    return ask(`Client secret of ${name} (hidden): `, { hidden: true, input, output })
  return readFileSync(await ask('Path of the key file (.p8): ', { hidden: false, input, output }), 'utf8')
}

/** @throws an error that does not quote the secret. */
export function readSecret(name: string, given: string): string {
  const secret = given.trim()
  if (kindOf(name) === 'apple') return appleKey(secret)
  // RFC 6749, appendix A.2, without the space, which comes with what was copied beside the secret. SSM stores 4096 characters.
  if (/^[\x21-\x7e]{1,4096}$/.test(secret)) return secret
  throw new Error('A client secret has 1 to 4096 characters, none of them a space')
}

/** The private key that signs Apple's client secrets, with ES256. */
function appleKey(pem: string): string {
  const key = parsed(pem)
  if (key?.asymmetricKeyDetails?.namedCurve === 'prime256v1')
    return String(key.export({ type: 'pkcs8', format: 'pem' })).trim()
  throw new Error('That is no key file of Apple: a private key of the curve P-256 in PEM')
}

function parsed(pem: string) {
  try {
    return createPrivateKey(pem)
  } catch {
    return undefined
  }
}
