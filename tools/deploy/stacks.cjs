const { GetTemplateCommand } = require('@aws-sdk/client-cloudformation')

/** Reads the stacks in the account and region of a command, and stops the command with an error. */
exports.stacksOf = (serverless) => {
  const fail = (sentence, lines = []) => {
    const list = lines.map((line) => `\n  - ${line}`).join('')
    throw new serverless.classes.Error(`${sentence} Nothing was changed.${list}`)
  }
  const templateOf = async (StackName) => {
    const client = await serverless.getProvider('aws').getCloudFormationClient()
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
  return { fail, templateOf }
}

/** The statements in the template of a permissions boundary. */
exports.statementsOf = (template) =>
  template?.Resources?.Boundary?.Properties?.PolicyDocument?.Statement ?? []
