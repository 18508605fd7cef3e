import { type Finding, fine, wrong } from './finding.ts'

/** What `GET /health` is answered at an address. */
export interface Health {
  readonly status: number
  /** Of a problem. */
  readonly code: string | undefined
}

export interface Gateway {
  /** The gateway's own address, past any proxy; `undefined` if it is not deployed. */
  address(): Promise<string | undefined>
  /** @throws if nothing answers. */
  health(address: string): Promise<Health>
}

const GUIDE = 'See docs/cloudfront.md'

/** With a proxy in front: whether what comes past it is refused, and whether the public address leads through it. */
export async function proxyCheck(
  gateway: Gateway,
  publicAddress: string | undefined,
): Promise<readonly Finding[]> {
  const own = await gateway.address()
  if (!own) return [wrong('There is no gateway', 'Deploy first: npx serverless deploy --stage <stage>')]
  const past = await gateway.health(own)
  const found = [
    isUntrusted(past)
      ? fine('Requests past the proxy in front are refused')
      : wrong(
          `A request past the proxy in front is answered ${past.status}, and not refused`,
          'Deploy with TRUSTED_PROXY_SECRET_HASH',
        ),
  ]
  if (!publicAddress) return found
  const through = await gateway.health(publicAddress).catch(() => undefined)
  if (through?.status === 200) return [...found, fine(`${publicAddress} leads through the proxy in front`)]
  const says = !through
    ? 'does not answer'
    : isUntrusted(through)
      ? 'is refused: it does not lead through the proxy, or the proxy lacks its secret or the address of the viewer'
      : `is answered ${through.status}`
  return [...found, wrong(`${publicAddress} ${says}`, GUIDE)]
}

const isUntrusted = ({ status, code }: Health) => status === 403 && code === 'untrusted_proxy'
