import type { ApiError } from '../../../client/src/client.ts'
import type { LoginSteps } from '../login-steps.ts'

export interface SocialSteps extends LoginSteps {
  /** Shows the step that an error asks for. It resolves to the error if there is none. */
  readonly next: (error: ApiError | undefined) => Promise<ApiError | undefined>
}
