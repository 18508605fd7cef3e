const { GetObjectCommand, S3Client } = require('@aws-sdk/client-s3')
const { stacksOf, statementsOf } = require('./stacks.cjs')

/**
 * Whether the boundary of today lets the functions of a former deployment do what they need. It need not be the same text: an
 * upgrade may have made another that allows more.
 * @throws what the boundary keeps from them, or that nothing is known of it
 */
exports.checkBeforeRollback = async (serverless, timestamp) => {
  const { fail, templateOf } = stacksOf(serverless)
  const template = await formerTemplate(serverless, timestamp)
  // The framework says that there is none.
  if (!template) return
  const roles = Object.values(template.Resources).filter(({ Properties }) => Properties?.PermissionsBoundary)
  if (roles.length === 0) return
  const stack = `${serverless.getProvider('aws').naming.getStackName()}-boundary`
  const made = await templateOf(stack)
  if (!made) fail(`The permissions boundary of the stage, the stack ${stack}, is missing.`)
  const lines = lacking(statementsOf(made), template.Resources, roles)
  if (lines.length === 0) return
  fail(
    'The permissions boundary of the stage would keep from the functions what they need after this rollback. An ' +
      'administrator deploys the boundary of that version and its settings first: docs/deploy.md, "Rollback".',
    lines,
  )
}

function lacking(statements, resources, roles) {
  const actions = new Set(statements.flatMap(({ Action }) => Action))
  const needed = roles.flatMap(({ Properties: { Policies } }) =>
    Policies.flatMap(({ PolicyDocument }) => PolicyDocument.Statement.flatMap(({ Action }) => Action)),
  )
  const named = new Set(
    statements.flatMap(({ Resource }) => [Resource].flat().map((each) => each['Fn::Sub'] ?? each)),
  )
  const names = (end) => [...named].some((each) => each.endsWith(`:${end}`))
  const all = Object.values(resources)
  const tables = all.flatMap(({ Type, Properties }) =>
    Type === 'AWS::DynamoDB::Table' ? [Properties.TableName] : [],
  )
  const paths = all.flatMap(({ Properties }) => Properties?.Environment?.Variables?.KEYS_PATH ?? [])
  return [
    ...new Set(needed.filter((action) => !actions.has(action))),
    ...tables.filter((table) => !names(`table/${table}`)).map((table) => `the table ${table}`),
    ...new Set(paths.filter((path) => !names(`parameter${path}/*`)).map((path) => `the keys below ${path}`)),
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
