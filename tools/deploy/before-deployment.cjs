const { isDeepStrictEqual } = require('node:util')
const { stacksOf, statementsOf } = require('./stacks.cjs')

/**
 * Compares a deployment with what the stage has, before anything is changed or uploaded.
 * @throws a list of what would be lost, or that the two could not be compared
 */
exports.checkBeforeDeployment = async (serverless, { boundary, keepsUsers }, allowed, refusals) => {
  const provider = serverless.getProvider('aws')
  const { fail, templateOf } = stacksOf(serverless)
  const stack = provider.naming.getStackName()

  // A stage that is thrown away keeps nothing; one that is not there yet has nothing to lose.
  const before = keepsUsers ? await templateOf(stack) : undefined
  const after = serverless.service.provider.compiledCloudFormationTemplate
  const lines = before ? refusals({ before, after, allowed }) : []
  if (lines.length > 0)
    fail(
      'This deployment would change what has to stay. Set what was forgotten, or allow a line by its name ' +
        '(--allow-change <name>): docs/deploy.md, "Refused changes", says what each costs.',
      lines,
    )

  // Last: what was forgotten must not be mended in the boundary.
  const made = await templateOf(`${stack}-boundary`)
  if (!isDeepStrictEqual(made, boundary))
    fail(
      `The permissions boundary of the stage is ${made ? otherThan(made, boundary) : 'missing'}. ` +
        'If stage, account and region are those that you mean, an administrator of the account makes it, with the same ' +
        'settings:\n\n' +
        `  npx serverless package --stage ${provider.getStage()}\n` +
        `  aws cloudformation deploy --stack-name ${stack}-boundary --capabilities CAPABILITY_NAMED_IAM \\\n` +
        '    --template-file .serverless/boundary.json\n\n',
    )
}

function otherThan(made, boundary) {
  const all = [...statementsOf(made), ...statementsOf(boundary)]
  const of = (template, name) => statementsOf(template).filter(({ Sid }) => Sid === name)
  const names = [...new Set(all.map(({ Sid }) => Sid))].filter(
    (name) => !isDeepStrictEqual(of(made, name), of(boundary, name)),
  )
  const where = names.length > 0 ? `; what differs: ${names.join(', ')}` : ''
  return `of other settings or another version${where}`
}
