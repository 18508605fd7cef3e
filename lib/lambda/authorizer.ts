import type {
  APIGatewayRequestAuthorizerEventV2,
  APIGatewaySimpleAuthorizerResult,
  APIGatewaySimpleAuthorizerWithContextResult,
  Context,
} from 'aws-lambda'
import type { AccessTokenVerifier, Clock, Denylist } from '../domain/ports.ts'
import type { Principal } from '../domain/principal.ts'
import { Refusal } from '../domain/refusal.ts'
import type { SecurityEvent } from '../domain/security-events.ts'
import { describeError, log, logEvent } from '../log.ts'
import { bearerOf } from './bearer.ts'
import { withServices } from './handler-services.ts'
import { readClientAddress, type TrustedProxies } from './trusted-proxies.ts'

type Authorizer = (
  event: APIGatewayRequestAuthorizerEventV2,
  context: Context,
) => Promise<APIGatewaySimpleAuthorizerResult | APIGatewaySimpleAuthorizerWithContextResult<Principal>>

interface AuthorizerServices {
  readonly clock: Clock
  readonly accessTokenVerifier: AccessTokenVerifier
  readonly denylist: Denylist
  readonly trustedProxies: TrustedProxies
}

/**
 * Makes the Lambda authorizer. It establishes who calls; `route` decides what they may do.
 * For any invalid token it throws `Unauthorized`, which API Gateway answers with 401. If a store or a key cannot be read, it
 * throws another error (500 on AWS). A request that bypassed the trusted proxy gets 403, because another token would not help.
 * Only a valid token is admitted.
 */
export function authorizer(factories: {
  readonly accessTokenVerifier: () => AccessTokenVerifier
  readonly denylist: () => Denylist
}): Authorizer & { over(services: AuthorizerServices): Authorizer } {
  const build =
    (services: () => AuthorizerServices): Authorizer =>
    async (event, { awsRequestId: requestId }) => {
      const { subject, isDenied, isUntrusted } = await judge(services, event).catch(
        (error: unknown): Judgement => {
          if (error instanceof Refusal && error.code === 'untrusted_proxy') return { isUntrusted: true }
          log('error', { type: 'authorizer.failed', requestId, error: describeError(error) })
          throw new Error('The authorizer could not decide')
        },
      )
      if (!subject || isDenied !== false) {
        // Read the event defensively: an incomplete one must not prevent the refusal.
        const { http, routeKey: route = '' } = event.requestContext ?? {}
        const denied: SecurityEvent = {
          type: 'access.denied',
          route,
          reason: isUntrusted ? 'untrusted_proxy' : 'unauthorized',
          userId: subject?.userId,
        }
        logEvent(denied, { actor: undefined, ip: http?.sourceIp ?? '', requestId })
        if (isUntrusted) return { isAuthorized: false }
        throw unauthorized()
      }
      return { isAuthorized: true, context: subject }
    }
  return withServices(factories, build)
}

/** API Gateway answers this word with 401. Lambda logs thrown errors, and the stack would not help. */
const unauthorized = () => Object.assign(new Error('Unauthorized'), { stack: '' })

interface Judgement {
  readonly subject?: Principal | undefined
  readonly isDenied?: boolean
  /** The request bypassed the trusted proxy. */
  readonly isUntrusted?: true
}

/** Returns the principal of a valid token and whether it was revoked. The log names the user of a revoked token. */
async function judge(
  services: () => AuthorizerServices,
  event: APIGatewayRequestAuthorizerEventV2,
): Promise<Judgement> {
  const { accessTokenVerifier, denylist, clock, trustedProxies } = services()
  readClientAddress(event, trustedProxies)
  const token = bearerOf(event.headers ?? {})
  if (!token) return {}
  const subject = await accessTokenVerifier.verify(token, clock.now())
  return subject ? { subject, isDenied: await denylist.denies(subject) } : {}
}
