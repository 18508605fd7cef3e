import { readFile, rm } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import type { _Record } from '@aws-sdk/client-dynamodb-streams'
import { failuresOf, pollStream, type Take } from '../stream-poller.ts'
import { passes } from './filter.ts'
import { type LambdaFunction, lambdaFunction } from './function.ts'
import { gateway } from './gateway.ts'
import { type DeployedFunction, type Deployment, readTemplate } from './template.ts'
import { unzip } from './unzip.ts'

export const templateIn = async (folder: string): Promise<Deployment> => {
  const file = join(folder, 'cloudformation-template-update-stack.json')
  return readTemplate(JSON.parse(await readFile(file, 'utf8')).Resources)
}

/** What stands for AWS; no packaged template names it. */
export interface LocalParts {
  readonly DYNAMODB_ENDPOINT: string
  readonly SES_ENDPOINT: string
  readonly SSM_ENDPOINT: string
}

/**
 * Serves what `serverless package` left in a folder on a port of 127.0.0.1: the zips, unzipped, behind the gateway and the
 * streams that its template describes. `log` gets what the functions write.
 */
export async function servePackage(
  folder: string,
  { port, local, log }: { port: number; local: LocalParts; log: (text: string) => void },
): Promise<{ close(): Promise<void> }> {
  const deployment = await templateIn(folder)
  const unzipped = resolve(folder, 'unzipped')
  const functions = new Map<string, LambdaFunction>()
  for (const each of deployment.functions) {
    checkRuntime(each)
    const target = join(unzipped, each.name)
    await unzip(join(folder, each.zip), target)
    functions.set(each.arn, lambdaFunction(each, { folder: target, local: { ...local }, log }))
  }

  let isOver = false
  const server = gateway(deployment, functions)
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(port, '127.0.0.1', resolve)
  })
  const followers = deployment.mappings.map(({ functionArn, patterns, ...mapping }) => {
    const wants = (record: _Record) => passes(patterns, record)
    const following = { ...mapping, endpoint: local.DYNAMODB_ENDPOINT, wants }
    return pollStream(following, handTo(functions.get(functionArn)), () => isOver)
  })
  // An engine that ends before we do is of no interest then.
  const followed = Promise.allSettled(followers)
  return {
    async close() {
      isOver = true
      server.close()
      server.closeAllConnections()
      for (const each of functions.values()) each.stop()
      await followed
      await rm(unzipped, { recursive: true, force: true })
    },
  }
}

/** What runs on another Node proves little. */
function checkRuntime({ name, runtime }: DeployedFunction): void {
  const [major] = process.versions.node.split('.')
  if (runtime !== `nodejs${major}.x`)
    throw new Error(`${name} is to run on ${runtime}, and this is Node ${major}`)
}

/** A batch that a function throws for has failed as a whole. */
const handTo =
  (called: LambdaFunction | undefined): Take =>
  async (batch) => {
    const answer = await called?.invoke({ Records: batch.map(asLambdaHasIt) }).then(
      // Lambda takes it for success when nothing is said.
      (given) => ({ batchItemFailures: [], ...(given as object | null) }),
      () => undefined,
    )
    return failuresOf(batch, answer)
  }

const asLambdaHasIt = ({ dynamodb, ...record }: _Record) => ({
  ...record,
  dynamodb: {
    ...dynamodb,
    // The SDK makes a date of what is a number of seconds.
    ApproximateCreationDateTime: Math.floor((dynamodb?.ApproximateCreationDateTime?.getTime() ?? 0) / 1000),
  },
})
