import type { SocialError } from './social-ports.ts'

/** Where a flow ends without a code. Nothing else of the failure reaches the address. */
export const failedAt = (redirect: string, error: SocialError): string => `${redirect}#cardea_error=${error}`

/** A failure of ours after the flow was recognized: the browser goes on to the redirect of the flow. */
export class InterruptedFlow extends Error {
  readonly redirect: string
  constructor(redirect: string, cause: unknown) {
    super('The flow could not be finished', { cause })
    this.name = 'InterruptedFlow'
    this.redirect = redirect
  }
}
