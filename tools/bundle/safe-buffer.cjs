/** Replaces `safe-buffer`, which exports this module itself where `Buffer.from` exists. */
module.exports = require('node:buffer')
