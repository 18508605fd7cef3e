import { type LocalDynamodb, startDynoxide } from '../local/dynamodb.ts'
import { isolatedAwsEnv } from '../local/isolated-aws-env.ts'

declare global {
  var ownEngine: LocalDynamodb | undefined
}

/** One engine for all tests: the one that DYNAMODB_ENDPOINT names, or one in memory. */
const setup = async (): Promise<void> => {
  if (process.env.DYNAMODB_ENDPOINT && process.env.AWS_ACCESS_KEY_ID) return
  Object.assign(process.env, isolatedAwsEnv)
  if (process.env.DYNAMODB_ENDPOINT) return
  globalThis.ownEngine = await startDynoxide()
  process.env.DYNAMODB_ENDPOINT = globalThis.ownEngine.endpoint
}

export default setup
