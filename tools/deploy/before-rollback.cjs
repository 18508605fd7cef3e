const { GetObjectCommand, S3Client } = require('@aws-sdk/client-s3')
const { stacksOf, statementsOf } = require('./stacks.cjs')

/**
 * Checks that the deployed boundary allows the functions of a former deployment what they need. It may be a later one that allows
 * more.
 * @throws an error that lists what the boundary would deny, or says that there is none
 */
exports.checkBeforeRollback = async (serverless, timestamp) => {
  const { fail, templateOf } = stacksOf(serverless)
  const template = await formerTemplate(serverless, timestamp)
  // Without a template, the framework itself reports that there is no such deployment.
  const resources = Object.values(template?.Resources ?? {})
  const roles = resources.filter(({ Properties }) => Properties?.PermissionsBoundary)
  if (roles.length === 0) return
  const stack = `${serverless.getProvider('aws').naming.getStackName()}-boundary`
  const made = await templateOf(stack)
  if (!made) fail(`The permissions boundary of the stage, the stack ${stack}, is missing.`)
  const lines = deniedBy(statementsOf(made), resources, roles)
  if (lines.length === 0) return
  fail(
    'The permissions boundary of the stage would keep from the functions what they need after this rollback. An ' +
      'administrator deploys the boundary of that version and its settings first: docs/deploy.md, "Rollback".',
    lines,
  )
}

function deniedBy(statements, resources, roles) {
  const allowed = new Set(statements.flatMap(({ Action }) => Action))
  const arns = statements.flatMap(({ Resource }) => Resource).map((each) => each['Fn::Sub'] ?? each)
  const isNamed = (resource) => arns.some((arn) => arn.endsWith(`:${resource}`))
  const policies = roles.flatMap(({ Properties }) => Properties.Policies)
  const actions = policies
    .flatMap(({ PolicyDocument }) => PolicyDocument.Statement)
    .flatMap(({ Action }) => Action)
  const tables = resources
    .filter(({ Type }) => Type === 'AWS::DynamoDB::Table')
    .map(({ Properties }) => Properties.TableName)
  const paths = resources.flatMap(({ Properties }) => Properties?.Environment?.Variables?.KEYS_PATH ?? [])
  return [
    ...new Set(actions.filter((action) => !allowed.has(action))),
    ...tables.filter((table) => !isNamed(`table/${table}`)).map((table) => `the table ${table}`),
    ...new Set(
      paths.filter((path) => !isNamed(`parameter${path}/*`)).map((path) => `the keys below ${path}`),
    ),
  ]
}

/** The template in the deployment bucket, under the name that the framework gives it. */
async function formerTemplate(serverless, timestamp) {
  const provider = serverless.getProvider('aws')
  const { service } = serverless.service
  const date = new Date(Number.isNaN(Date.parse(timestamp)) ? Number(timestamp) : timestamp)
  if (Number.isNaN(date.getTime())) return undefined
  const folder = `${provider.getDeploymentPrefix()}/${service}/${provider.getStage()}/${date.getTime()}-${date.toISOString()}`
  const s3 = new S3Client(await provider.getAwsSdkV3Config())
  try {
    const { Body } = await s3.send(
      new GetObjectCommand({
        Bucket: await provider.getServerlessDeploymentBucketName(),
        Key: `${folder}/${provider.naming.getCompiledTemplateS3Suffix()}`,
      }),
    )
    return JSON.parse(await Body.transformToString())
  } catch (error) {
    if (error.name === 'NoSuchKey') return undefined
    throw error
  }
}
