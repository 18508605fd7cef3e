import type { Need } from './contract.ts'

/** Both lists in one. The call is marked pure, so that a bundle has only the lists that it uses; a spread would be kept. */
const both = <const A extends readonly Need[], const B extends readonly Need[]>(a: A, b: B) =>
  [...a, ...b] as readonly [...A, ...B]

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
export const factorWriteNeeds = /* @__PURE__ */ both(tokenNeeds, [
  'users:UpdateItem',
  'sessions:DeleteItem',
  'sessions:PutItem',
  'refresh-token-denylist:PutItem',
])

/** What a change of factors in a session reads, counts and writes. */
export const factorChangeNeeds = /* @__PURE__ */ both(factorWriteNeeds, [
  'keys/keyed-hash:GetParametersByPath',
  'users:GetItem',
  'sessions:GetItem',
  'sessions:UpdateItem',
])

/** What opens a session and uses up its proof. */
export const openingNeeds = /* @__PURE__ */ both(tokenNeeds, [
  'users:ConditionCheckItem',
  'sessions:DeleteItem',
  'sessions:PutItem',
])

/** What finds, creates or takes over the account of an identity. */
export const socialAccountNeeds = /* @__PURE__ */ both(factorRemovalNeeds, [
  'users:GetItem',
  'users:PutItem',
  'users:UpdateItem',
  'refresh-token-denylist:PutItem',
])
