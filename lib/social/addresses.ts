import { BlockList, isIP } from 'node:net'

/** A list of networks, such as `10.0.0.0/8`. */
function networks(...listed: readonly string[]): BlockList {
  const list = new BlockList()
  for (const each of listed) {
    const [address = '', prefix] = each.split('/')
    list.addSubnet(address, Number(prefix), isIP(address) === 6 ? 'ipv6' : 'ipv4')
  }
  return list
}

/** Networks of this machine and of private networks. */
const inside = networks(
  ...['10.0.0.0/8', '127.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10'],
  ...['::1/128', 'fc00::/7'],
)
/** What else is not public in IPv4 (RFC 6890). Link-local addresses include the credentials of cloud machines. */
const reserved = networks(
  ...['0.0.0.0/8', '169.254.0.0/16', '192.0.0.0/24', '192.0.2.0/24', '192.88.99.0/24', '198.18.0.0/15'],
  ...['198.51.100.0/24', '203.0.113.0/24', '224.0.0.0/4', '240.0.0.0/4'],
)
/** Public addresses of IPv6 (RFC 4291 2.4), and what is special in them: tunnels lead to addresses of IPv4. */
const globalUnicast = networks('2000::/3')
const special = networks('2001::/23', '2001:db8::/32', '2002::/16', '3fff::/20')

/** Whether a provider may have this address: a public one, or `isLocal`, also one of this machine or its network. */
export function mayConnect(address: string, isLocal: boolean): boolean {
  const family = isIP(address) === 6 ? 'ipv6' : 'ipv4'
  if (isIP(address) === 0) return false
  if (inside.check(address, family)) return isLocal
  if (family === 'ipv4') return !reserved.check(address)
  return globalUnicast.check(address, family) && !special.check(address, family)
}
