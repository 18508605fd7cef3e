const { GetTemplateCommand } = require('@aws-sdk/client-cloudformation')
const { isDeepStrictEqual } = require('node:util')

/**
 * Compares a deployment with what the stage has, before anything is changed or uploaded.
 * @throws a list of what would be lost, or that the two could not be compared
 */
exports.checkBeforeDeployment = async (serverless, { boundary, keepsUsers }, allowed, refusals) => {
  const provider = serverless.getProvider('aws')
  const fail = (sentence, lines = []) => {
    const list = lines.map((line) => `\n  - ${line}`).join('')
    throw new serverless.classes.Error(`${sentence} Nothing was changed.${list}`)
  }
  const client = await provider.getCloudFormationClient()
  const templateOf = async (StackName) => {
    try {
      const command = new GetTemplateCommand({ StackName, TemplateStage: 'Original' })
      return JSON.parse((await client.send(command)).TemplateBody)
    } catch (error) {
      if (error.name === 'ValidationError' && /does not exist/.test(error.message)) return undefined
      return fail(
        `The stack ${StackName} could not be read, so that nothing is known of it: ${error.message}.`,
      )
    }
  }
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
      `The permissions boundary of the stage is ${made ? 'of other settings or another version' : 'missing'}. ` +
        'If stage, account and region are those that you mean, an administrator of the account makes it, with the same ' +
        'settings:\n\n' +
        `  npx serverless package --stage ${provider.getStage()}\n` +
        `  aws cloudformation deploy --stack-name ${stack}-boundary --capabilities CAPABILITY_NAMED_IAM \\\n` +
        '    --template-file .serverless/boundary.json\n\n',
    )
}
