import type { Seconds } from '../domain/lifetimes.ts'
import { callbackAddress, type ProviderKind, type ProviderSettings } from '../domain/provider-settings.ts'
import {
  ProviderFailure,
  type ProviderIdentity,
  type ProviderSecrets,
  type Seals,
  type SocialProviders,
} from '../domain/social-ports.ts'
import { apple } from './apple.ts'
import { authorizationAddress } from './authorization.ts'
import { checkCallbackIssuer, checkedCallback } from './callback.ts'
import type { Client } from './client.ts'
import { discovery, type Server } from './discovery.ts'
import { github } from './github.ts'
import { google } from './google.ts'
import { microsoft } from './microsoft.ts'
import { oidc } from './oidc.ts'
import { type Found, personOfOAuth, personOfOpenId } from './person.ts'
import { profileOf } from './profile.ts'
import type { MakeProvider, Provider } from './provider.ts'
import { requestsOf } from './requests.ts'
import { revokeRefreshToken } from './revocation.ts'
import { exchange } from './token-exchange.ts'

const kinds: Readonly<Record<ProviderKind, MakeProvider<Provider>>> = {
  google,
  microsoft,
  apple,
  github,
  oidc,
}

/** What an encrypted refresh token belongs to. */
const contextOf = ({ issuer, subject }: { readonly issuer: string; readonly subject: string }) => [
  'provider-refresh-token',
  issuer,
  subject,
]

type Asked = {
  readonly providers: readonly ProviderSettings[]
  /** Our own, where the callbacks are. */
  readonly issuer: string
  readonly secrets: ProviderSecrets
  readonly now: () => Seconds
} & Parameters<typeof requestsOf>[0]

/** Ourselves, as each provider knows us, and how its endpoints are found. */
export function clientsOf({ providers, issuer, secrets, now, ...network }: Asked) {
  const requests = requestsOf(network)
  const serverOf = discovery({ requests, now })
  const clients = new Map(
    providers.map((settings): [string, Client] => {
      const { name, kind, clientId } = settings
      const redirectUri = callbackAddress(issuer, name)
      const { isLocal } = network
      return [
        name,
        { name, provider: kinds[kind](settings), clientId, redirectUri, isLocal, requests, secrets, now },
      ]
    }),
  )
  const clientOf = (name: string): Client => {
    const found = clients.get(name)
    if (!found) throw new Error(`${name} is not in PROVIDERS`)
    return found
  }
  return { clients, clientOf, serverOf }
}

/** The providers of the settings, over the network. */
export function socialProviders({ seals, ...asked }: Asked & { readonly seals: Seals }): SocialProviders {
  const { clients, clientOf, serverOf } = clientsOf(asked)
  const seal = async ({ refreshToken, ...owner }: Found): Promise<string | undefined> => {
    if (refreshToken === undefined) return undefined
    return withOwnKeys(() => seals.seal(Buffer.from(refreshToken), contextOf(owner)))
  }

  return {
    async authorizationUrl(name, request) {
      const client = clientOf(name)
      return authorizationAddress(client, await serverOf(client.provider), request)
    },

    async checkIssuer(name, callback) {
      const client = clientOf(name)
      checkCallbackIssuer(client, await serverOf(client.provider), callback)
    },

    async identityOf(flow, callback) {
      const client = clientOf(flow.provider)
      const server = await serverOf(client.provider)
      const checked = await checkedCallback(client, server, flow.state, callback)
      const answer = await exchange(client, server, flow, checked)
      const person = await personOf(client, server, flow, answer)
      const iss = callback.get('iss')
      if (iss && client.provider.protocol === 'openid' && iss !== person.issuer)
        throw new ProviderFailure('provider_error', 'callback_iss')
      const sealedRefreshToken = await seal(person)
      const identity: ProviderIdentity = {
        provider: flow.provider,
        issuer: person.issuer,
        subject: person.subject,
        ...profileOf({ ...person, name: flow.name ?? person.name }),
        ...(person.authTime !== undefined && { authTime: person.authTime }),
        ...(sealedRefreshToken !== undefined && { sealedRefreshToken }),
      }
      return identity
    },

    async revoke({ provider: name, subject, sealedRefreshToken }) {
      if (sealedRefreshToken === undefined) return
      const client = clients.get(name)
      // Without the provider's settings nothing can be revoked, now or later.
      if (client?.provider.protocol !== 'openid') throw new ProviderFailure('provider_error', 'revocation')
      const context = contextOf({ issuer: client.provider.issuer, subject })
      const token = await withOwnKeys(() => seals.open(sealedRefreshToken, context))
      await revokeRefreshToken(client, await serverOf(client.provider), Buffer.from(token).toString())
    },
  }
}

function personOf(client: Client, server: Server, flow: { readonly nonce: string }, answer: Response) {
  const { provider } = client
  return provider.protocol === 'openid'
    ? personOfOpenId(client, provider, server, flow, answer)
    : personOfOAuth(client, provider, server, answer)
}

/** Runs work with keys of ours. */
async function withOwnKeys<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (cause) {
    throw new ProviderFailure('unavailable', 'secret', { cause })
  }
}
