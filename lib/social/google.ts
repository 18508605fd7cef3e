import type { MakeProvider } from './provider.ts'

/**
 * https://developers.google.com/identity/openid-connect/openid-connect
 *
 * Google is authoritative for addresses at gmail.com and for those of a Workspace domain, which `hd` names. Any other address was
 * verified once, and may belong to somebody else today.
 */
export const google: MakeProvider = ({ issuer = 'https://accounts.google.com' }) => ({
  protocol: 'openid',
  issuer,
  scope: 'openid email profile',
  choosesAccount: true,
  verifiedEmail: ({ email, email_verified, hd }) =>
    email_verified === true && (isGmail(email) || (typeof hd === 'string' && hd !== '')) ? email : undefined,
  accountNames: ({ email }) => [email],
})

const isGmail = (email: unknown) => typeof email === 'string' && /@gmail\.com$/i.test(email)
