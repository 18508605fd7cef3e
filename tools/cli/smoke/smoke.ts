import assert from 'node:assert/strict'
import { onStop } from '../../local/on-stop.ts'
import { envFile } from '../../local/settings.ts'
import { command } from '../command.ts'
import { mailVerifier, stageVerifier, type Verifier } from './account.ts'
import { deletionChecks, guessingChecks, signUpChecks } from './account-checks.ts'
import { isServerlessOffline } from './api.ts'
import { options, readSettings, type Settings, usage } from './arguments.ts'
import { providerChecks } from './provider-checks.ts'
import { corsChecks, publicChecks } from './public-checks.ts'
import { type Run, reasonOf, startRun, unlessUnmet } from './run.ts'
import { browserChecks, reuseChecks } from './session-checks.ts'

/** Makes every check in order. @throws Unmet if the rest needs the result of a check that failed. */
async function runChecks(run: Run, verifier: Verifier | undefined): Promise<void> {
  await run.need('the API answers', async () => {
    const { body } = await run.api('GET /health', { expect: 200 })
    assert(body.status === 'ok', 'its status is not ok')
    run.isEmulated = run.settings.isLocal && isServerlessOffline(await run.api('GET /cardea-smoke/nowhere'))
    return run.isEmulated ? 'local: this is serverless-offline' : ''
  })
  await publicChecks(run)
  await corsChecks(run)
  await providerChecks(run)
  if (verifier) await signUpChecks(run, verifier)
  for (const checks of [browserChecks, reuseChecks, guessingChecks]) await checks(run).catch(unlessUnmet)
  if (verifier) await deletionChecks(run)
}

/** Ends the sessions that the checks opened in a test account. */
async function endSessions({ api, refreshTokens }: Run): Promise<void> {
  for (const refreshToken of refreshTokens)
    await api('POST /auth/logout', { body: { refreshToken }, expect: 204 })
}

/** Runs the checks, and removes what they created, also after a failure or an interruption. Returns the exit status. */
async function smokeTest(settings: Settings, stopped: AbortSignal): Promise<number> {
  const start = performance.now()
  const run = startRun(settings, stopped)
  const { stage, account } = settings
  const ofStage = stage === undefined ? undefined : await stageVerifier(run, stage)
  const verifier = account ? undefined : (ofStage ?? mailVerifier(run))
  console.log(`Smoke test of ${settings.url}\n`)
  try {
    await runChecks(run, verifier)
  } catch (error) {
    if (!stopped.aborted) unlessUnmet(error)
  } finally {
    // The clean-up is not interrupted.
    run.stopped = new AbortController().signal
    if (run.hasAccount || (account && run.refreshTokens.size > 0)) {
      const rest = account ? 'its sessions' : run.login.email
      await run.check('everything that was created is removed', () =>
        (verifier ? verifier.remove() : endSessions(run)).catch((error: unknown) =>
          assert.fail(`${reasonOf(error)}; remove ${rest} by hand`),
        ),
      )
    }
    await verifier?.close?.()
  }
  console.log('')
  for (const reason of run.skipped) console.log(`Not tried: ${reason}`)
  if (stopped.aborted) console.log('Interrupted: the rest was not tried')
  const seconds = ((performance.now() - start) / 1000).toFixed(1)
  console.log(`${run.count.pass} passed, ${run.count.FAIL} failed, ${seconds} s`)
  return run.count.FAIL > 0 || stopped.aborted ? 1 : 0
}

/** Exits with 0 if every check passes, with 2 for a wrong command line, else with 1. */
await command({ usage, options }, (values) => {
  const settings = readSettings(values, { ...envFile(), ...process.env })
  const stopping = new AbortController()
  onStop(() => stopping.abort())
  return smokeTest(settings, stopping.signal)
})
