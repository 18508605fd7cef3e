/** Stands for `lodash.includes`, which jsonwebtoken asks only whether its list of algorithms has a name. */
module.exports = (list, value) => list.includes(value)
