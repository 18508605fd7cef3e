/** What Cardea's authorizer says of the caller. */
export interface Caller {
  readonly userId: string
  readonly roles: readonly string[]
}
