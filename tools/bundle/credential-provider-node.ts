import { fromEnv } from '@aws-sdk/credential-provider-env'

/** Replaces the SDK's provider chain: a function has its credentials in its environment. */
export const defaultProvider = () => fromEnv()
