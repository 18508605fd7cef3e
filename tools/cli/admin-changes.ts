import * as z from 'zod/mini'
import { email as emailField } from '../../lib/contract/fields.ts'
import { changeUser, deleteUser, setRoles } from '../../lib/domain/administration.ts'
import { restoreFormerEmail } from '../../lib/domain/email-changes.ts'
import { resetFactors } from '../../lib/domain/factor-reset.ts'
import { Refusal, type RefusalCode } from '../../lib/domain/refusal.ts'
import type { Account } from '../../lib/domain/users.ts'
import { describe } from './accounts.ts'
import { UsageError } from './command.ts'
import type { StagePorts } from './stage-stores.ts'

interface Asked {
  readonly unverified?: boolean | undefined
  readonly really?: string | undefined
}
type Change = (ports: StagePorts, account: Account, asked: Asked) => Promise<[Account, string]>

const otherRoles = ({ roles }: Account) => roles.filter((role) => role !== 'admin')
const outdated = 'The access token of this account is refused until it is refreshed'

/** The actions that change an account. Each resolves to the changed account and a sentence about it. */
export const changes: Readonly<Record<string, Change>> = {
  async grant(ports, { id }, { unverified }) {
    const changed = await setRoles(ports, id, (account) => {
      if (!account.emailVerified && !unverified) throw new Error(neverVerified(account))
      return [...otherRoles(account), 'admin']
    }).catch(explained('second_factor_missing', noFactor))
    return [changed, outdated]
  },
  async revoke(ports, { id }) {
    const changed = await setRoles(ports, id, (account) => {
      const others = otherRoles(account)
      return others.length > 0 ? others : ['user']
    })
    return [changed, outdated]
  },
  async disable(ports, { id }) {
    const changed = await changeUser(ports, undefined, id, { status: 'disabled' })
    return [changed, 'Every session of this account has ended, and login is refused']
  },
  async enable(ports, { id }) {
    return [await changeUser(ports, undefined, id, { status: 'active' }), 'Its user can log in again']
  },
  async 'reset-factors'(ports, { id }) {
    const account = await resetFactors(ports, undefined, id).catch(explained('last_way_in', noPassword))
    const next =
      account.status === 'active'
        ? 'a mail lets its user choose a new one'
        : 'once it is enabled, its user can ask for a reset'
    const password = ports.policy.sendsMail
      ? `no password opens this account: ${next}`
      : 'the password stays: MAIL_FROM is not set in this shell, so no mail can replace it'
    return [account, `Its second factors are removed, every session has ended, and ${password}`]
  },
  async 'restore-email'(ports, { id }) {
    if (!(await ports.users.formerEmail(id, ports.clock.now())))
      throw new Error('There is no former email: it is kept for 7 days after a change of a verified email')
    const account = await restoreFormerEmail(ports, id)
    const next =
      account.status === 'active'
        ? 'a mail to that address lets its user choose a new one'
        : 'once it is enabled, its user can ask for a reset at that address'
    return [account, `Every session has ended and no password opens this account: ${next}`]
  },
  async delete(ports, account, { really }) {
    if (really === undefined || z.safeParse(emailField, really).data !== account.email)
      throw new UsageError(
        `This deletes an account: ${describe(account)}. To go on, add --really ${account.email}`,
      )
    await deleteUser(ports, undefined, account.id)
    const notice = ports.policy.sendsMail ? '' : '. Its user is not told: MAIL_FROM is not set in this shell'
    return [account, `This account is deleted, with its sessions and its email${notice}`]
  },
}

/** Says more about a refusal than its public sentence. */
const explained = (code: RefusalCode, sentence: string) => (error: unknown) => {
  throw error instanceof Refusal && error.code === code ? new Error(sentence) : error
}

const neverVerified = (account: Account) =>
  `${describe(account)}.
This email was never verified, so the person who signed up with it may not be its owner. Nothing was changed. Ask the
owner, then add --unverified. With REQUIRE_VERIFIED_EMAIL=false no email is verified, so each grant needs it.`

const noFactor = `This account has no second factor, and an administrator must have one. Nothing was changed. Its user adds one at
<issuer>/ui/account. Then run this command again. With SECOND_FACTOR_FOR=none, in this shell and in the deployment, no
administrator needs one.`

const noPassword = `This account has no password, so its passkeys are its only way in. Nothing was changed. Where the deployment sends
mail, set MAIL_FROM in this shell: the user is then mailed a link that sets a password.`
