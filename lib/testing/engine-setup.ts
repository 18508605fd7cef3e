import { type LocalDynamodb, startDynoxide } from '../local/dynamodb.ts'

declare global {
  var ownEngine: LocalDynamodb | undefined
}

/** One engine for all tests: the one that DYNAMODB_ENDPOINT names, or our own in memory. */
const setup = async (): Promise<void> => {
  // The SDK signs whatever it sends; no local engine asks by whom.
  process.env.AWS_REGION ??= 'eu-central-1'
  process.env.AWS_ACCESS_KEY_ID ??= 'local'
  process.env.AWS_SECRET_ACCESS_KEY ??= 'local'
  if (process.env.DYNAMODB_ENDPOINT) return
  globalThis.ownEngine = await startDynoxide()
  process.env.DYNAMODB_ENDPOINT = globalThis.ownEngine.endpoint
}

export default setup
