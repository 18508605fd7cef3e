/**
 * Replaces functions of jsonwebtoken that Cardea never reaches: `lodash.once` is for callbacks, and `ms` for times such as '2 days'.
 * A call would throw an error, so nothing would be signed, and no token accepted.
 */
export const unused = undefined
