import type { Need } from './contract.ts'

/** What functions need that issue tokens. */
export const tokenNeeds = [
  'keys/access/private:GetParametersByPath',
  'keys/refresh:GetParametersByPath',
] as const satisfies readonly Need[]

/** What functions need that remove factors which another person may have added. */
export const factorRemovalNeeds = [
  'users:BatchGetItem',
  'users:Query',
  'users:DeleteItem',
] as const satisfies readonly Need[]

/** What the check of a second proof reads, counts and uses up. */
export const factorProofNeeds = [
  'keys/keyed-hash:GetParametersByPath',
  'keys/factors:GetParametersByPath',
  'keys/recovery-codes:GetParametersByPath',
  'users:BatchGetItem',
  'users:UpdateItem',
  'sessions:UpdateItem',
] as const satisfies readonly Need[]

/** What a change of an account's factors writes. */
export const factorWriteNeeds = [
  ...tokenNeeds,
  'users:UpdateItem',
  'sessions:DeleteItem',
  'sessions:PutItem',
  'refresh-token-denylist:PutItem',
] as const satisfies readonly Need[]

/** What a change of factors in a session reads, counts and writes. */
export const factorChangeNeeds = [
  ...factorWriteNeeds,
  'keys/keyed-hash:GetParametersByPath',
  'users:GetItem',
  'sessions:GetItem',
  'sessions:UpdateItem',
] as const satisfies readonly Need[]

/** What opens a session and uses up its proof. */
export const openingNeeds = [
  ...tokenNeeds,
  'users:ConditionCheckItem',
  'sessions:DeleteItem',
  'sessions:PutItem',
] as const satisfies readonly Need[]

/** What finds, creates or takes over the account of an identity. */
export const socialAccountNeeds = [
  ...factorRemovalNeeds,
  'users:GetItem',
  'users:PutItem',
  'users:UpdateItem',
  'refresh-token-denylist:PutItem',
] as const satisfies readonly Need[]
