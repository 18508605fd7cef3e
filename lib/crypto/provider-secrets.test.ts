import { memoryParameters } from '../../tools/testing/keys.ts'
import type { Parameters } from './keys.ts'
import { providerSecrets } from './provider-secrets.ts'

const START = 1_800_000_000

async function counted() {
  const parameters = memoryParameters()
  await parameters.create('providers', 'google', 'first')
  let now = START
  let reads = 0
  const below: Parameters['below'] = async (path) => {
    reads++
    return parameters.below(path)
  }
  const change = async (name: string, value: string) => {
    await parameters.remove('providers', name)
    await parameters.create('providers', name, value)
  }
  return {
    secrets: providerSecrets(
      { below },
      () => now,
      () => 0,
    ),
    change,
    reads: () => reads,
    advance: (seconds: number) => {
      now += seconds
    },
  }
}

describe('the client secret of a provider', () => {
  it('is read once for many calls, and again within five minutes', async () => {
    const { secrets, change, reads, advance } = await counted()
    expect([await secrets.secretOf('google'), await secrets.secretOf('google')]).toEqual(['first', 'first'])
    expect(reads()).toBe(1)
    await change('google', 'second')
    advance(300)
    expect(await secrets.secretOf('google')).toBe('second')
  })

  it('is read again when the provider has refused it, once a minute at most', async () => {
    const { secrets, change, reads, advance } = await counted()
    await secrets.secretOf('google')
    advance(60)
    expect(await secrets.secretOf('google', 'first')).toBe('first')
    await change('google', 'second')
    expect(await secrets.secretOf('google', 'first')).toBe('first')
    expect(reads()).toBe(2)
    advance(60)
    expect(await secrets.secretOf('google', 'first')).toBe('second')
    expect(reads()).toBe(3)
  })

  it('that is missing is an error with the name of the provider', async () => {
    const { secrets, change } = await counted()
    await change('google', '')
    await expect(secrets.secretOf('google')).rejects.toThrow('There is no client secret of google')
    await expect(secrets.secretOf('github')).rejects.toThrow('There is no client secret of github')
  })
})
