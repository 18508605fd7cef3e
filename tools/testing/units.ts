import type { Contract } from '../../lib/contract/contract.ts'

/**
 * What a call is billed in DynamoDB, in request units. `capacity-units.integration.test.ts` compares each with what an engine counts,
 * and `bench/cost-model.ts` calculates with it.
 */
export const units = {
  login: { readUnits: 2, writeUnits: 4 },
  refresh: { readUnits: 2, writeUnits: 1 },
  /** Before the handler, whose own units are added. */
  authorizer: { readUnits: 2, writeUnits: 0 },
  /** A request for an email, whether the address is known or not. */
  mailRequest: { readUnits: 0, writeUnits: 3 },
  /** A reset, in the mail function. */
  mail: { readUnits: 2, writeUnits: 3 },
} as const

/**
 * Round trips to DynamoDB that a function makes in sequence, for a request that succeeds. A function that waits for one more
 * is slower and costs more: change a number only with a reason. A route that is not listed makes as many as
 * `roundTripsByContract` says. `round-trips.integration.test.ts` checks each of them.
 */
export const roundTripsOf = {
  authAddRequiredPasskey: 4,
  authConfirmRequiredTotp: 5,
  authEmailLogin: 3,
  authEnterEmailLoginCode: 6,
  authFinishSignUp: 3,
  authFinishSignUpWithPasskey: 4,
  authForgotPassword: 3,
  authLogin: 3,
  authLogInWithPasskey: 3,
  authorizerAccessToken: 1,
  authReauthenticate: 3,
  authRedeemEmailLogin: 4,
  authRefresh: 1,
  authRequestReauthenticationMail: 3,
  authResendVerification: 3,
  authResetPassword: 5,
  authSecondFactor: 7, // Two budgets, one after the other, and the row of failures. A right code gives both budgets back.
  authSignup: 4,
  authSocialCallback: 3, // The flow is recognized before it is used up.
  authSocialEmail: 4, // Two budgets, one after the other.
  authSocialLink: 7,
  authSocialRedeem: 6, // The code is used up before it is checked. Two reads find an identity and its account.
  authSocialStart: 2,
  authSocialStartLink: 3,
  authSocialStartReauthentication: 3,
  authStartPasskeyLogin: 1, // The limit of the address is all that is written.
  authStartRequiredPasskey: 2,
  authStartRequiredTotp: 2,
  authStartSignUpPasskey: 2,
  authUndoEmailChange: 6,
  authUndoSecondFactor: 5,
  authVerifyEmail: 2,
  mailSend: 5,
  usersAddPasskey: 4,
  usersAdminDelete: 5,
  usersAdminEndSessions: 4,
  usersAdminList: 2, // The index does not contain when unverified accounts expire.
  usersAdminListIdentities: 2,
  usersAdminListSessions: 2,
  usersAdminResetFactors: 6,
  usersAdminSendPasswordReset: 3,
  usersAdminUnlinkIdentity: 6,
  usersAdminUpdate: 4,
  usersChangeEmail: 4,
  usersChangePassword: 4,
  usersConfirmTotp: 4,
  usersDeleteMe: 5,
  usersEndMySession: 2,
  usersEndMySessions: 3,
  usersExportMe: 2,
  usersLinkIdentity: 5,
  usersListMySessions: 2,
  usersRemovePasskey: 5,
  usersRemoveTotp: 4,
  usersReplaceRecoveryCodes: 3,
  usersStartPasskeyRegistration: 2,
  usersStartTotp: 2,
  usersUnlinkIdentity: 4,
} as const

/** The fewest that a contract can have: none without a table, otherwise one, and one before it if it counts limits. */
export const roundTripsByContract = ({ needs = [], limits = [] }: Contract): number =>
  needs.every((need) => need.startsWith('keys/')) ? 0 : limits.length > 0 ? 2 : 1
