/**
 * The roles of a verified access token. API Gateway's JWT authorizer hands a list over as text, such as `[user admin]`; Cardea's
 * authorizer and most libraries hand over a list. Never search in the text: `[user not-admin]` contains `admin`.
 */
export function rolesOf({ roles }: { readonly roles?: unknown }): readonly string[] {
  if (Array.isArray(roles)) return roles.filter((role) => typeof role === 'string')
  const [, names = ''] = /^\[(.*)\]$/.exec(typeof roles === 'string' ? roles : '') ?? []
  return names.split(' ').filter((role) => role !== '')
}
