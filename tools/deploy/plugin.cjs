const { execFileSync } = require('node:child_process')
const { writeFileSync } = require('node:fs')
const { join, resolve } = require('node:path')
const { checkBeforeDeployment } = require('./before-deployment.cjs')
const { checkBeforeRollback } = require('./before-rollback.cjs')

/**
 * `${deployment:<name>}` in serverless.yml is a value that tools/deploy/deployment.ts derives from the settings of a stage. Wrong
 * settings stop `serverless package` and `deploy`. `remove` and the commands that only read need no settings.
 */
module.exports = class Deployment {
  constructor(serverless, options) {
    const { serviceDir } = serverless
    let values
    const deployment = (service, stage, AWS_REGION) => {
      const env = { ...process.env, ...(AWS_REGION && { AWS_REGION }) }
      values ??= ask(serviceDir, { service, stage, env })
      return values
    }
    const ofService = () => {
      const { service, provider } = serverless.service
      return deployment(service, provider.stage, provider.region)
    }
    const fail = (sentence) => {
      throw new serverless.classes.Error(sentence)
    }
    const checkSettings = () => {
      const { problems } = ofService()
      const list = problems.map((problem) => `\n  - ${problem}`).join('')
      if (list) fail(`The settings of stage ${serverless.service.provider.stage} are wrong:${list}`)
    }
    // The keys are those of the caller's profile. Without a region, the stack could be created in another one.
    const checkRegion = () => {
      const changes = ['deploy', 'remove', 'rollback'].includes(serverless.processedInput.commands[0])
      if (changes && !options.region && !process.env.AWS_REGION) fail('Say which region: set AWS_REGION')
    }
    // A zip keeps the modes of its files. With a strict umask Lambda could not read them, and no function would start.
    const letLambdaRead = () => void process.umask(0o022)
    const writeBoundary = () => {
      const folder = options.package || serverless.service.package.path || '.serverless'
      const text = JSON.stringify(ofService().boundary, null, 2)
      writeFileSync(resolve(serviceDir, folder, 'boundary.json'), `${text}\n`)
    }
    // This command compares nothing, and changes an environment without the stack.
    const refuseOneFunction = () => {
      checkSettings()
      if (ofService().keepsUsers)
        fail(
          'A single function is deployed to dev alone: deploy the stage, which is compared with what it has',
        )
    }

    // The issuer is a reference if the gateway gives the address.
    const printPages = () => {
      const { issuer, pages } = ofService()
      const { gatheredData } = serverless.pluginManager.plugins.find(
        (plugin) => plugin.constructor.name === 'AwsInfo',
      )
      const own = gatheredData.info.endpoints.map((text) => text.replace('httpApi: ', ''))
      const address = typeof issuer === 'string' ? issuer : own.find((text) => text.startsWith('https://'))
      if (pages && address) serverless.addServiceOutputSection('pages', `${address}/ui`)
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
    const usage = 'Name of a change that would otherwise be refused, as the refusal gives it'
    this.commands = { deploy: { options: { 'allow-change': { usage, type: 'multiple' } } } }
    this.hooks = {
      initialize: checkRegion,
      'before:package:cleanup': checkSettings,
      'before:package:createDeploymentArtifacts': letLambdaRead,
      'before:deploy:function:packageFunction': letLambdaRead,
      'after:package:finalize': writeBoundary,
      'before:deploy:function:initialize': refuseOneFunction,
      'after:aws:info:displayEndpoints': printPages,
      // The first step of a deployment that asks AWS for anything but the bucket.
      'before:aws:deploy:deploy:createStack': () =>
        checkBeforeDeployment(serverless, ofService(), options['allow-change'] ?? [], (compared) =>
          ask(serviceDir, { compared }),
        ),
      'before:rollback:rollback': () =>
        options.timestamp && checkBeforeRollback(serverless, options.timestamp),
    }
  }
}

/** Asks TypeScript, for which the framework's own Node may be too old. node_modules contains the Node of Lambda. */
function ask(serviceDir, question) {
  const node = process.features.typescript ? process.execPath : join(serviceDir, 'node_modules/.bin/node')
  const input = JSON.stringify(question)
  const script = join(__dirname, 'plugin-calls.ts')
  return JSON.parse(execFileSync(node, [script], { cwd: serviceDir, encoding: 'utf8', input }))
}
