import { type Finding, fine, wrong } from './finding.ts'

/** The answer to `GET /health` at an address. */
export interface Health {
  readonly status: number
  /** The code of a problem. */
  readonly code: string | undefined
}

export interface Gateway {
  /** The gateway's own address, past any proxy; `undefined` if it is not deployed. */
  address(): Promise<string | undefined>
  /** @throws if nothing answers. */
  health(address: string): Promise<Health>
}

const GUIDE = 'See docs/cloudfront.md'

/** Checks that requests which bypass the proxy are refused, and that the public address leads through the proxy. */
export async function proxyCheck(
  gateway: Gateway,
  publicAddress: string | undefined,
): Promise<readonly Finding[]> {
  const own = await gateway.address()
  if (!own) return [wrong('There is no gateway', 'Deploy first: npx serverless deploy --stage <stage>')]
  const past = await gateway.health(own)
  const found = [
    isUntrusted(past)
      ? fine('Requests that bypass the proxy are refused')
      : wrong(
          `A request that bypasses the proxy is answered ${past.status}, and not refused`,
          'Deploy with TRUSTED_PROXY_SECRET_HASH',
        ),
  ]
  if (!publicAddress) return found
  const through = await gateway.health(publicAddress).catch(() => undefined)
  if (through?.status === 200) return [...found, fine(`${publicAddress} leads through the proxy`)]
  const says = !through
    ? 'does not answer'
    : isUntrusted(through)
      ? 'is refused: it does not lead through the proxy, or the proxy does not send its secret or the viewer address'
      : `is answered ${through.status}`
  return [...found, wrong(`${publicAddress} ${says}`, GUIDE)]
}

const isUntrusted = ({ status, code }: Health) => status === 403 && code === 'untrusted_proxy'
