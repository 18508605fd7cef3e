import { mayConnect } from './addresses.ts'

describe('a provider may have the address', () => {
  it.each([
    ...['8.8.8.8', '140.82.121.4', '172.15.255.255', '172.32.0.0', '100.63.255.255', '169.253.0.1'],
    ...['2606:50c0:8000::64', '2a00:1450:4001:82a::200d'],
  ])('%s', (address) => {
    expect([mayConnect(address, false), mayConnect(address, true)]).toEqual([true, true])
  })

  it.each([
    '10.0.0.1',
    '127.0.0.1',
    '127.255.255.254',
    '172.16.0.1',
    '192.168.1.1',
    '100.64.0.1',
    '::1',
    'fd00::1',
  ])('%s only where Cardea runs on a developer\u2019s machine', (address) => {
    expect([mayConnect(address, false), mayConnect(address, true)]).toEqual([false, true])
  })

  it.each([
    ...[
      '0.0.0.0',
      '0.1.2.3',
      '169.254.169.254',
      '192.0.2.1',
      '198.18.0.1',
      '224.0.0.1',
      '240.0.0.1',
      '255.255.255.255',
    ],
    // IPv4 in IPv6, and tunnels to it.
    ...[
      '::',
      '::ffff:169.254.169.254',
      '::ffff:8.8.8.8',
      '64:ff9b::a9fe:a9fe',
      '2002:a9fe:a9fe::',
      '2001:0:a9fe::',
    ],
    ...[
      'fe80::1',
      'fe80::1%eth0',
      'ff02::1',
      '2001:db8::1',
      'fec0::1',
      '',
      'localhost',
      '2130706433',
      '0x7f.1',
    ],
  ])('never %s', (address) => {
    expect([mayConnect(address, false), mayConnect(address, true)]).toEqual([false, false])
  })
})
