/** Replaces `lodash.isinteger`, which gives the same answers for every value. */
module.exports = Number.isInteger
