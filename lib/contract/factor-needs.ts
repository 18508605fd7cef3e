/** What the check of a TOTP code or a recovery code reads, counts and uses up. */
export const codeProofNeeds = [
  'keys/keyed-hash:GetParametersByPath',
  'keys/factors:GetParametersByPath',
  'keys/recovery-codes:GetParametersByPath',
  'users:BatchGetItem',
  'users:UpdateItem',
  'sessions:UpdateItem',
] as const

/** What a change of an account's factors reads and writes. */
export const factorChangeNeeds = [
  'keys/access/private:GetParametersByPath',
  'keys/refresh:GetParametersByPath',
  'users:GetItem',
  'users:UpdateItem',
  'sessions:GetItem',
  'sessions:DeleteItem',
  'sessions:PutItem',
  'refresh-token-denylist:PutItem',
] as const

/** What opens a session and uses up its proof. */
export const openingNeeds = [
  'keys/access/private:GetParametersByPath',
  'keys/refresh:GetParametersByPath',
  'users:ConditionCheckItem',
  'sessions:DeleteItem',
  'sessions:PutItem',
] as const
