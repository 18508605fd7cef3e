import type {
  APIGatewayRequestAuthorizerEventV2,
  APIGatewaySimpleAuthorizerResult,
  APIGatewaySimpleAuthorizerWithContextResult,
  Context,
} from 'aws-lambda'
import type { SecurityEvent } from '../domain/events.ts'
import type { AccessTokenVerifier, Clock, Denylist } from '../domain/ports.ts'
import type { Principal } from '../domain/principal.ts'
import { Refusal } from '../domain/refusal.ts'
import { describeError, log, logEvent } from '../log.ts'
import { bearerOf } from './bearer.ts'
import { withServices } from './handler-services.ts'
import { readClientAddress, type TrustedProxies } from './trusted-proxies.ts'

type Authorizer = (
  event: APIGatewayRequestAuthorizerEventV2,
  context: Context,
) => Promise<APIGatewaySimpleAuthorizerResult | APIGatewaySimpleAuthorizerWithContextResult<Principal>>

interface Parts {
  readonly clock: Clock
  readonly accessTokenVerifier: AccessTokenVerifier
  readonly denylist: Denylist
  readonly trustedProxies: TrustedProxies
}

/**
 * Makes the function that stands in front of every protected route: who, never whether they may.
 * Throws `Unauthorized`, which API Gateway answers with 401, for any token that is not good; a store or a key that
 * cannot be read throws another error (500 on AWS). What comes past the proxy in front is told so by 403: another token would
 * not help. Nothing but a good token is admitted.
 */
export function authorizer(factories: {
  readonly accessTokenVerifier: () => AccessTokenVerifier
  readonly denylist: () => Denylist
}): Authorizer & { over(services: Parts): Authorizer } {
  const build =
    (services: () => Parts): Authorizer =>
    async (event, { awsRequestId: requestId }) => {
      const { subject, isDenied, isUntrusted } = await judge(services, event).catch(
        (error: unknown): Judgement => {
          if (error instanceof Refusal && error.code === 'untrusted_proxy') return { isUntrusted: true }
          log('error', { type: 'authorizer.failed', requestId, error: describeError(error) })
          throw new Error('The authorizer could not decide')
        },
      )
      if (!subject || isDenied !== false) {
        // Nothing of the event may keep a refusal from being one.
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

/** The one word that API Gateway answers with 401. Lambda logs what is thrown: here a stack would tell nothing. */
const unauthorized = () => Object.assign(new Error('Unauthorized'), { stack: '' })

interface Judgement {
  readonly subject?: Principal | undefined
  readonly isDenied?: boolean
  /** It came past the proxy in front. */
  readonly isUntrusted?: true
}

/** Whom the token speaks for, if it is good, and whether it was revoked since: who that was is then worth a word in the log. */
async function judge(services: () => Parts, event: APIGatewayRequestAuthorizerEventV2): Promise<Judgement> {
  const { accessTokenVerifier, denylist, clock, trustedProxies } = services()
  readClientAddress(event, trustedProxies)
  const token = bearerOf(event.headers ?? {})
  if (!token) return {}
  const subject = await accessTokenVerifier.verify(token, clock.now())
  return subject ? { subject, isDenied: await denylist.denies(subject) } : {}
}
