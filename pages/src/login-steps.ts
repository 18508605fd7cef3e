import type { ApiError, Client } from '../../client/src/client.ts'
import type { PageData } from './page-data.ts'

/** What the steps after a first proof are given. */
export interface LoginSteps {
  readonly data: PageData
  readonly cardea: Client
  /** The login is complete. */
  readonly done: (tokens: { readonly user: { readonly name: string; readonly email: string } }) => unknown
  /** The login begins again, after this error if there is one. */
  readonly restart: (error?: ApiError) => void
}
