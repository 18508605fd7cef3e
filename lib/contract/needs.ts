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
