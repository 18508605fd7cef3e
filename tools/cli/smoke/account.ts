import assert from 'node:assert/strict'
import { deleteUser } from '../../../lib/domain/administration.ts'
import { deniedUntil } from '../../../lib/domain/lifetimes.ts'
import { mailedToken } from '../../local/mailbox.ts'
import { sentenceOf } from '../command.ts'
import { storesOfStage } from '../stage-stores.ts'
import { expectProblem } from './api.ts'
import { newEmail, type Run } from './run.ts'

/** Verifies the email of the throw-away account, and removes the account. `tryOut` throws if it cannot. */
export interface Verifier {
  readonly by: string
  tryOut(): Promise<unknown>
  verify(): Promise<unknown>
  remove(): Promise<unknown>
  close?(): Promise<void>
}

export function mailVerifier({ api, login, settings: { mailbox = '' } }: Run): Verifier {
  let token: string | undefined
  // `remove` verifies again if the first try failed. A mail is read once, but the link of a sign-up can be opened twice.
  const verify = async () => {
    token ??= await mailedToken(mailbox, login.email, 'verify-email').catch(() => undefined)
    assert(token, 'no mail came within 20 s')
    await api('POST /auth/email/verify', { body: { token }, expect: 204 })
  }
  const logIn = () =>
    api('POST /auth/login', { body: { ...login, transport: 'body' }, expect: [200, 401, 403] })
  return {
    by: 'by the link in the mail',
    async tryOut() {
      const answer = await fetch(`${mailbox}/store`).catch(() => undefined)
      assert(answer?.ok, 'no local mailbox answers at the address of --mailbox')
    },
    verify,
    async remove() {
      let answer = await logIn()
      if (answer.status === 403) {
        await verify()
        answer = await logIn()
      }
      const { accessToken: bearer } = answer.body
      if (answer.status === 200) await api('DELETE /users/me', { bearer, expect: 204 })
      // The account does not exist, as its password never changes.
      else expectProblem(answer, 'invalid_credentials')
    },
  }
}

export async function stageVerifier({ api, login }: Run, stage: string): Promise<Verifier> {
  // The API logs the sign-up of this account, and its deletion if that check was reached.
  const { ports, close } = await storesOfStage(stage, { record: () => undefined })
  const find = (email: string) =>
    ports.users.findByEmail(email).catch((error: unknown) => {
      assert.fail(`the tables of the stage ${stage} cannot be read (${sentenceOf(error)})`)
    })
  return {
    by: `in the tables of the stage ${stage}`,
    tryOut: () => find(newEmail()),
    async verify() {
      const account = await find(login.email)
      assert(account, `the stage ${stage} does not have the account: does it belong to --url?`)
      const until = deniedUntil(ports.clock.now())
      const change = { emailVerified: true, endsSessions: false, deniedUntil: until }
      const changed = await ports.users.change(account, change)
      assert(typeof changed !== 'string', 'the account was changed at the same time')
    },
    async remove() {
      const account = await find(login.email)
      if (account) return deleteUser(ports, undefined, account.id)
      // If the API knows it, its tables are not those of this stage.
      return api('POST /auth/login', { body: login, expect: 401, code: 'invalid_credentials' })
    },
    close,
  }
}
