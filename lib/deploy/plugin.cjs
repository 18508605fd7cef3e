const { execFileSync } = require('node:child_process')
const { join } = require('node:path')

/**
 * `${deployment:<name>}` in serverless.yml is what lib/deploy/deployment.ts makes of the settings of a stage. What is
 * wrong with them stops `serverless package` and `deploy`; `remove` and what only asks need no settings.
 */
module.exports = class Deployment {
  constructor(serverless) {
    const { serviceDir } = serverless
    let made
    const deployment = (service, stage, region) => {
      made ??= describe(serviceDir, service, stage, region)
      return made
    }
    this.configurationVariablesSources = {
      deployment: {
        resolve: async ({ address, resolveVariable }) => {
          const names = ['self:service', 'sls:stage', 'self:provider.region']
          const [service, stage, region] = await Promise.all(names.map((name) => resolveVariable(name)))
          return { value: deployment(service, stage, region)[address] }
        },
      },
    }
    const check = () => {
      const { service, provider } = serverless.service
      const { problems } = deployment(service, provider.stage, provider.region)
      if (problems.length === 0) return
      const list = problems.map((problem) => `\n  - ${problem}`).join('')
      throw new serverless.classes.Error(`The settings of stage ${provider.stage} are wrong:${list}`)
    }
    // The keys are where the caller's profile says; without a word of the region the stack could go elsewhere.
    const checkRegion = () => {
      const { commands, options } = serverless.processedInput
      if (!['deploy', 'remove', 'rollback'].includes(commands[0])) return
      if (!options.region && !process.env.AWS_REGION)
        throw new serverless.classes.Error('Say which region: set AWS_REGION')
    }
    this.hooks = {
      initialize: checkRegion,
      'before:package:cleanup': check,
      'before:deploy:function:initialize': check,
    }
  }
}

/** The deployment is TypeScript, which the framework's own Node may be too old for; the Node of Lambda stands in node_modules. */
function describe(serviceDir, service, stage, region) {
  const node = process.features.typescript ? process.execPath : join(serviceDir, 'node_modules/.bin/node')
  const print = join(__dirname, 'print.ts')
  const env = { ...process.env, AWS_REGION: region }
  return JSON.parse(execFileSync(node, [print, service, stage], { cwd: serviceDir, env, encoding: 'utf8' }))
}
