const { isDeepStrictEqual } = require('node:util')
const { stacksOf, statementsOf } = require('./stacks.cjs')

/**
 * Compares a deployment with the deployed stacks, before anything is changed or uploaded.
 * @throws an error that lists what would be lost, or says why the two could not be compared
 */
exports.checkBeforeDeployment = async (serverless, { boundary, keepsUsers }, allowed, refusals) => {
  const provider = serverless.getProvider('aws')
  const { fail, templateOf } = stacksOf(serverless)
  const stack = provider.naming.getStackName()

  // A stage without users may lose everything, and a new one has nothing to lose.
  const before = keepsUsers ? await templateOf(stack) : undefined
  const after = serverless.service.provider.compiledCloudFormationTemplate
  const lines = before ? refusals({ before, after, allowed }) : []
  if (lines.length > 0)
    fail(
      'This deployment would change what has to stay. Set what was forgotten, or allow a line by its name ' +
        '(--allow-change <name>): docs/deploy.md, "Refused changes", says what each costs.',
      lines,
    )

  // This check is the last, so that no administrator adapts the boundary to a forgotten setting.
  const made = await templateOf(`${stack}-boundary`)
  if (!isDeepStrictEqual(made, boundary))
    fail(
      `The permissions boundary of the stage is ${made ? howItDiffers(made, boundary) : 'missing'}. ` +
        'If stage, account and region are those that you mean, an administrator of the account makes it, with the same ' +
        'settings:\n\n' +
        `  npx serverless package --stage ${provider.getStage()}\n` +
        `  aws cloudformation deploy --stack-name ${stack}-boundary --capabilities CAPABILITY_NAMED_IAM \\\n` +
        '    --template-file .serverless/boundary.json\n\n',
    )
}

function howItDiffers(made, boundary) {
  const ofSid = (template, sid) => statementsOf(template).filter(({ Sid }) => Sid === sid)
  const sids = [...statementsOf(made), ...statementsOf(boundary)].map(({ Sid }) => Sid)
  const differing = [...new Set(sids)].filter(
    (sid) => !isDeepStrictEqual(ofSid(made, sid), ofSid(boundary, sid)),
  )
  const where = differing.length > 0 ? `; what differs: ${differing.join(', ')}` : ''
  return `of other settings or another version${where}`
}
