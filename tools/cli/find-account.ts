import * as z from 'zod/mini'
import { email as emailField } from '../../lib/contract/fields.ts'
import type { Account } from '../../lib/domain/users.ts'
import { UsageError } from './command.ts'
import type { StagePorts } from './stage.ts'

/**
 * Finds an account by its id or email. With `alsoFormer` it also finds an account by its former email while the change can
 * be undone: the owner of a stolen account knows only this one.
 */
export async function accountOf(
  { users, clock }: StagePorts,
  named: string,
  { alsoFormer }: { alsoFormer: boolean },
): Promise<Account> {
  const isId = z.safeParse(z.uuid(), named).success
  const { data: email } = z.safeParse(emailField, named)
  if (!isId && email === undefined) throw new UsageError(`"${named}" is neither an id nor an email`)
  const account = await (isId ? users.findById(named.toLowerCase()) : users.findByEmail(String(email)))
  if (account) return account
  const before = alsoFormer && email !== undefined && (await users.findById(await users.ownerOf(email)))
  if (before && (await users.formerEmail(before.id, clock.now()))?.email === email) return before
  throw new Error(`No account has this ${isId ? 'id' : 'email'}`)
}
