import { fork } from 'node:child_process'
import { once } from 'node:events'
import { gitHubProvider } from './github-provider.ts'
import type { ProviderKind, ProviderOptions, RunningProvider } from './provider-options.ts'

/** Starts a provider on this machine: `oidc-provider`, configured like a known one, or a stand-in of GitHub. */
export async function startProvider(kind: ProviderKind, options: ProviderOptions): Promise<RunningProvider> {
  if (kind === 'github') return gitHubProvider(options)
  const child = fork('tools/testing/providers/openid-process.ts', {
    execArgv: [],
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    env: { PATH: process.env.PATH, NODE_ENV: 'test' },
  })
  // Its warnings about a provider for tests are not shown, unless it ends.
  let said = ''
  child.stderr?.on('data', (data) => {
    said += data
  })
  child.send({ kind, options })
  const ended = once(child, 'exit')
  const [answer] = await Promise.race([
    once(child, 'message'),
    ended.then(([code]) => {
      throw new Error(`The provider ended with ${code}: ${said}`)
    }),
  ])
  return {
    issuer: (answer as { issuer: string }).issuer,
    async close() {
      child.disconnect()
      await ended
    },
  }
}
