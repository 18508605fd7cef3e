import type { APIGatewayRequestAuthorizerEventV2 } from 'aws-lambda'
import { createRemoteJWKSet, jwtVerify } from 'jose'

const { CARDEA_ISSUER: issuer = 'http://localhost:3000', CARDEA_AUDIENCE: audience = 'cardea' } = process.env
const keys = createRemoteJWKSet(new URL(`${issuer}/.well-known/jwks.json`))

type Authorizer = (event: APIGatewayRequestAuthorizerEventV2) => Promise<object>

const authorizationOf = ({ headers = {} }: APIGatewayRequestAuthorizerEventV2) =>
  headers.authorization ?? headers.Authorization ?? ''

/** Stands for Cardea's authorizer: asks a route of Cardea that it protects. A revoked token is refused at once, as on AWS. */
export const cardea: Authorizer = async (event) => {
  const answer = await fetch(`${issuer}/users/me`, { headers: { authorization: authorizationOf(event) } })
  if (!answer.ok) throw new Error('Unauthorized')
  const { id, roles } = (await answer.json()) as { id: string; roles: string[] }
  return { isAuthorized: true, context: { userId: id, roles } }
}

/** Stands for the gateway's JWT authorizer. serverless-offline itself passes on the claims of the token that is verified here. */
export const accessToken: Authorizer = async (event) => {
  const token = /^Bearer +(\S+)$/i.exec(authorizationOf(event))?.[1] ?? ''
  await jwtVerify(token, keys, { issuer, audience, typ: 'at+jwt', algorithms: ['RS256'] }).catch(() => {
    throw new Error('Unauthorized')
  })
  return { isAuthorized: true }
}
