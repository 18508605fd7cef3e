import assert from 'node:assert/strict'
import { onStop } from '../../local/on-stop.ts'
import { envFile } from '../../local/settings.ts'
import { command } from '../command.ts'
import { cleanUp, type Verifier, verifierOf } from './account.ts'
import { deletionChecks, guessingChecks, signUpChecks } from './account-checks.ts'
import { apiOf, Interrupted } from './api.ts'
import { type Options, optionTypes, readOptions, usage } from './arguments.ts'
import { corsChecks, publicChecks } from './public-checks.ts'
import { isServerlessOffline, type Run, reasonOf, startRun } from './run.ts'
import { browserChecks, reuseChecks } from './session-checks.ts'

/** Makes every check in order. Ends early if the rest needs the result of a check that failed. */
async function runChecks(run: Run, verifier: Verifier | undefined): Promise<void> {
  const { api, check, options } = run
  const answered = await check('the API answers', async () => {
    const { body } = await api('GET /health', { expect: 200 })
    assert(body.status === 'ok', 'its status is not ok')
    run.isEmulated = options.isLocal && isServerlessOffline(await api('GET /cardea-smoke/nowhere'))
    return run.isEmulated ? 'local: this is serverless-offline' : ''
  })
  if (answered === false) return
  await publicChecks(run)
  await corsChecks(run)
  if (verifier && !(await signUpChecks(run, verifier))) return
  await browserChecks(run)
  await reuseChecks(run)
  await guessingChecks(run)
  if (verifier) await deletionChecks(run)
}

/** Runs the checks, and removes what they created, also after a failure or an interruption. Returns the exit status. */
async function smokeTest(options: Options, stopped: AbortSignal): Promise<number> {
  const start = performance.now()
  const run = startRun(options, stopped)
  const { check, account, count, skipped } = run
  const api = apiOf(options)
  const verifier = await verifierOf(options, api)
  console.log(`Smoke test of ${options.url}\n`)
  try {
    await runChecks(run, verifier)
  } catch (error) {
    if (!(error instanceof Interrupted)) throw error
  } finally {
    if (verifier ? account.exists : account.refreshTokens.size > 0) {
      const rest = verifier ? account.login.email : 'its sessions'
      await check('everything that was created is removed', () =>
        cleanUp(api, account, verifier).catch((e) => assert.fail(`${reasonOf(e)}; remove ${rest} by hand`)),
      )
    }
    await verifier?.close?.()
  }
  console.log('')
  for (const reason of skipped) console.log(`Not tried: ${reason}`)
  if (stopped.aborted) console.log('Interrupted: the rest was not tried')
  const seconds = ((performance.now() - start) / 1000).toFixed(1)
  console.log(`${count.pass} passed, ${count.FAIL} failed, ${seconds} s`)
  return count.FAIL > 0 || stopped.aborted ? 1 : 0
}

/** Ends with 0 if every check passes, with 2 for a wrong command line, else with 1. */
await command(usage, optionTypes, (given) => {
  const options = readOptions(given, { ...envFile(), ...process.env })
  const stopping = new AbortController()
  onStop(() => stopping.abort())
  return smokeTest(options, stopping.signal)
})
