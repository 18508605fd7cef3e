/**
 * What a call is billed in DynamoDB, in request units. `costs.engine.test.ts` holds each to what an engine counts, and
 * `bench/cost-model.ts` reckons with it.
 */
export const units = {
  login: { readUnits: 2, writeUnits: 4 },
  refresh: { readUnits: 2, writeUnits: 1 },
  /** In front of a door; the door's own come on top. */
  authorizer: { readUnits: 2, writeUnits: 0 },
  /** A request for a mail, for an e-mail that is known or not. */
  mailOrder: { readUnits: 0, writeUnits: 3 },
  /** A reset, by the function that mails. */
  mail: { readUnits: 2, writeUnits: 3 },
} as const
