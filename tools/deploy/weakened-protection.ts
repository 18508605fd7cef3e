export interface Resource {
  readonly Type: string
  readonly DeletionPolicy?: string
  readonly UpdateReplacePolicy?: string
  readonly Properties?: Readonly<Record<string, unknown>>
}

/** What keeps a table's items and is taken away. */
export function lostProtections(was: Resource, becomes: Resource): readonly string[] {
  const isProtected = ({ Properties }: Resource) => Properties?.DeletionProtectionEnabled === true
  const isRecoverable = ({ Properties }: Resource) =>
    (Properties?.PointInTimeRecoverySpecification as Recovery)?.PointInTimeRecoveryEnabled === true
  const isRetained = ({ DeletionPolicy, UpdateReplacePolicy }: Resource) =>
    DeletionPolicy === 'Retain' && UpdateReplacePolicy === 'Retain'
  const kept = [
    [isProtected, 'its protection from deletion'],
    [isRecoverable, 'its point-in-time recovery'],
    [isRetained, 'its DeletionPolicy or UpdateReplacePolicy, by which it outlives the stack'],
  ] as const
  return kept.flatMap(([has, what]) => (has(was) && !has(becomes) ? [what] : []))
}
type Recovery = { readonly PointInTimeRecoveryEnabled?: boolean } | undefined

/** How many routes of a gateway's stage would let less through. */
export function lowerThrottles(was: Resource, becomes: Resource): number {
  const next = settingsOf(becomes)
  return Object.entries(settingsOf(was)).filter(([route, limits]) => {
    const limit = next[route]
    return (
      limit &&
      (Number(limit.ThrottlingRateLimit) < Number(limits.ThrottlingRateLimit) ||
        Number(limit.ThrottlingBurstLimit) < Number(limits.ThrottlingBurstLimit))
    )
  }).length
}

function settingsOf({ Type, Properties }: Resource): Readonly<Record<string, Limits>> {
  return Type === 'AWS::ApiGatewayV2::Stage'
    ? ((Properties?.RouteSettings ?? {}) as Record<string, Limits>)
    : {}
}
interface Limits {
  readonly ThrottlingRateLimit?: unknown
  readonly ThrottlingBurstLimit?: unknown
}
