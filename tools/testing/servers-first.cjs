const { default: Sequencer } = require('@jest/test-sequencer')

/**
 * The files that start servers or package take longest. A fresh clone has no times of a former run, and Jest goes by the size of a
 * file. Then a long one may begin last, and one core is idle until it ends.
 */
module.exports = class ServersFirst extends Sequencer {
  sort(tests) {
    const isLong = ({ path }) => path.endsWith('.e2e.test.ts')
    return super.sort(tests).sort((a, b) => Number(isLong(b)) - Number(isLong(a)))
  }
}
