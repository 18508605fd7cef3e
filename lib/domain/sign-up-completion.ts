import { deviceOf } from './devices.ts'
import { type EmailProof, provenEmail, tellProvenEmail } from './email-proofs.ts'
import type { FactorRemovalPorts } from './factor-removal.ts'
import { waysIn } from './factors.ts'
import { queueEmailJob } from './notifications.ts'
import { openToken, redeemToken } from './one-time-codes.ts'
import { optionsOfRegistration } from './passkey-options.ts'
import { registeredPasskey } from './passkeys.ts'
import { checkNewPassword, type PasswordRulePorts } from './password-rules.ts'
import type { AccountChange, Client, Ports } from './ports.ts'
import { Refusal } from './refusal.ts'
import { type Account, noFactors } from './users.ts'

/**
 * Sets the first password of an account that has neither a password nor a passkey, and verifies its email. Opens no session.
 * Refuses with `invalid_link`, `conflict`, or with `weak_password`, which does not use up the token.
 */
export async function finishSignUp(
  ports: PasswordRulePorts &
    FactorRemovalPorts &
    Pick<Ports, 'users' | 'codes' | 'passwords' | 'policy' | 'outbox' | 'clock'>,
  { token, newPassword }: { token: string; newPassword: string },
  client: Client,
): Promise<void> {
  // 1. Check the token before any expensive work.
  const { account: owner } = await openToken(ports, token, 'finish_sign_up')
  checkHasNoWayIn(owner)

  // 2. Check the new password.
  await checkNewPassword(ports, newPassword, { path: 'newPassword', words: [owner.email, owner.name] })
  const passwordHash = await ports.passwords.hash(newPassword)

  // 3. One transaction redeems the token and sets the password, or does nothing.
  const account = await complete(ports, token, client, async () => ({ passwordHash }))
  ports.events.record({ type: 'password.reset', userId: account.id })
}

type PasskeyPorts = Pick<Ports, 'codes' | 'keyedHashes' | 'clock'>

/** The options of a registration for the token, which they do not use up. Refuses with `invalid_link`. */
export async function signUpPasskeyOptions(
  ports: PasskeyPorts & Pick<Ports, 'passkeys' | 'relyingParty' | 'policy'>,
  token: string,
): ReturnType<typeof optionsOfRegistration> {
  const { account, code } = await openToken(ports, token, 'finish_sign_up')
  checkHasNoWayIn(account)
  return optionsOfRegistration(ports, account, code.tokenHash)
}

/**
 * Sets a passkey instead of a password, as `finishSignUp` does. Returns the recovery codes.
 * Refuses with `invalid_link`, `passkey_exists`, `conflict`, or with `invalid_passkey`, which does not use up the token.
 */
export async function finishSignUpWithPasskey(
  ports: PasskeyPorts &
    FactorRemovalPorts &
    Pick<Ports, 'users' | 'passkeyVerifier' | 'recoveryCodeHashes' | 'policy' | 'outbox' | 'events'>,
  input: { token: string; passkey: unknown; name?: string | undefined },
  client: Client,
): Promise<readonly string[]> {
  await ports.recoveryCodeHashes.ready()
  const { account: owner, code } = await openToken(ports, input.token, 'finish_sign_up')
  checkHasNoWayIn(owner)

  // A stranger may have added the factors that are there. They are removed, so the passkey is the first.
  const withoutFactors = { ...owner, factors: noFactors }
  const { added, at } = await registeredPasskey(ports, withoutFactors, input, code.tokenHash)
  const { factors, writes } = added
  const account = await complete(ports, input.token, client, async ({ factorWrites }) => ({
    factors,
    factorWrites: { ...factorWrites, ...writes },
  }))
  ports.events.record({ type: 'factor.added', userId: account.id, factor: 'passkey' })
  await queueEmailJob(ports, { type: 'first_factor_added', userId: account.id, at })
  return added.codes ?? []
}

/** Verifies the email and gives the account its first way in. Removes the factors that were there before. */
async function complete(
  ports: FactorRemovalPorts & Pick<Ports, 'users' | 'codes' | 'policy' | 'outbox' | 'clock' | 'events'>,
  token: string,
  client: Client,
  wayIn: (proof: EmailProof) => Promise<Partial<AccountChange>>,
): Promise<Account> {
  const { account, before } = await redeemToken(ports, token, ['finish_sign_up'], async ({ account }) => {
    checkHasNoWayIn(account)
    const proof = await provenEmail(ports, account)
    return { ...proof, endsSessions: true, devices: [deviceOf(client)], ...(await wayIn(proof)) }
  })
  ports.events.record({ type: 'email.verified', userId: account.id })
  await tellProvenEmail(ports, before)
  return account
}

/** The link of a sign-up must not become a second way to reset a password. A verified email has finished its sign-up. */
function checkHasNoWayIn(account: Account): void {
  if (account.emailVerified || waysIn(account) > 0)
    throw new Refusal('invalid_link', { subject: { userId: account.id } })
}
