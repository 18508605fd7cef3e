import { fromEnv } from '@aws-sdk/credential-provider-env'

/** Replaces the SDK's provider chain: Lambda gives a function its credentials in the environment. */
export const defaultProvider = () => fromEnv()
