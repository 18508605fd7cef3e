/** Replaces `lodash.includes`, with which jsonwebtoken only looks up an algorithm in a list. */
module.exports = (list, value) => list.includes(value)
