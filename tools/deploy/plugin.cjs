const { execFileSync } = require('node:child_process')
const { writeFileSync } = require('node:fs')
const { join, resolve } = require('node:path')
const { checkBeforeDeployment } = require('./before-deployment.cjs')
const { checkBeforeRollback } = require('./before-rollback.cjs')

/**
 * `${deployment:<name>}` in serverless.yml is what tools/deploy/deployment.ts makes of the settings of a stage. What is
 * wrong with them stops `serverless package` and `deploy`; `remove` and what only asks need no settings.
 */
module.exports = class Deployment {
  constructor(serverless, options) {
    const { serviceDir } = serverless
    let made
    const deployment = (service, stage, region) => {
      made ??= JSON.parse(run(serviceDir, 'print-deployment.ts', { args: [service, stage], region }))
      return made
    }
    const ofService = () => {
      const { service, provider } = serverless.service
      return deployment(service, provider.stage, provider.region)
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
    this.commands = {
      deploy: {
        options: {
          'allow-change': {
            usage: 'Name of a change that would otherwise be refused, as the refusal gives it',
            type: 'multiple',
          },
        },
      },
    }
    const check = () => {
      const { problems } = ofService()
      if (problems.length === 0) return
      const list = problems.map((problem) => `\n  - ${problem}`).join('')
      throw new serverless.classes.Error(
        `The settings of stage ${serverless.service.provider.stage} are wrong:${list}`,
      )
    }
    // The keys are where the caller's profile says; without a word of the region the stack could go elsewhere.
    const checkRegion = () => {
      const { commands } = serverless.processedInput
      if (!['deploy', 'remove', 'rollback'].includes(commands[0])) return
      if (!options.region && !process.env.AWS_REGION)
        throw new serverless.classes.Error('Say which region: set AWS_REGION')
    }
    // A zip has the modes of its files, and Lambda reads what all may read: with a strict umask no function would start.
    const letLambdaRead = () => void process.umask(0o022)
    const writeBoundary = () => {
      const folder = options.package || serverless.service.package.path || '.serverless'
      const text = JSON.stringify(ofService().boundary, null, 2)
      writeFileSync(resolve(serviceDir, folder, 'boundary.json'), `${text}\n`)
    }
    const compare = () =>
      checkBeforeDeployment(serverless, ofService(), options['allow-change'] ?? [], (compared) =>
        JSON.parse(run(serviceDir, 'print-refusals.ts', { input: JSON.stringify(compared) })),
      )
    // It compares nothing, and writes an environment that the stack knows nothing of.
    const refuseOneFunction = () => {
      check()
      if (ofService().keepsUsers)
        throw new serverless.classes.Error(
          'A single function is deployed to dev alone: deploy the stage, which is compared with what it has',
        )
    }
    this.hooks = {
      initialize: checkRegion,
      'before:package:cleanup': check,
      'before:package:createDeploymentArtifacts': letLambdaRead,
      'before:deploy:function:packageFunction': letLambdaRead,
      'after:package:finalize': writeBoundary,
      'before:deploy:function:initialize': refuseOneFunction,
      // The first step of a deployment that asks AWS for anything but the bucket.
      'before:aws:deploy:deploy:createStack': compare,
      'before:rollback:rollback': () =>
        options.timestamp && checkBeforeRollback(serverless, options.timestamp),
    }
  }
}

/** Deployment is TypeScript, which the framework's own Node may be too old for; the Node of Lambda stands in node_modules. */
function run(serviceDir, script, { args = [], input, region } = {}) {
  const node = process.features.typescript ? process.execPath : join(serviceDir, 'node_modules/.bin/node')
  const env = { ...process.env, ...(region && { AWS_REGION: region }) }
  return execFileSync(node, [join(__dirname, script), ...args], {
    cwd: serviceDir,
    env,
    encoding: 'utf8',
    ...(input && { input }),
  })
}
