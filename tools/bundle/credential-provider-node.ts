import { fromEnv } from '@aws-sdk/credential-provider-env'

/** Stands for the SDK's chain of providers: a function finds its credentials in its environment. */
export const defaultProvider = () => fromEnv()
