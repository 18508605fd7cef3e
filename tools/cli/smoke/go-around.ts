import { closeAccount, guessingChecks, openAccount } from './account-checks.ts'
import { type Api, apiAt } from './api.ts'
import type { Options } from './arguments.ts'
import { browserChecks } from './browser-checks.ts'
import { corsChecks } from './cors-checks.ts'
import { isServerlessOffline } from './emulator.ts'
import { expectStatus, expectThat, Failed, jsonOf } from './expect.ts'
import { type Confirmer, cleanUp, confirmerOf, type Person, personOf } from './person.ts'
import { publicChecks } from './public-checks.ts'
import { Interrupted, type Report, report } from './report.ts'
import { refusedSoon } from './revocation.ts'
import { stolenTokenChecks } from './stolen-token-checks.ts'

/**
 * Goes once around an API, prints a row for each check, and removes what it made, also when a check fails or `stopped` is
 * raised. Gives whether all have passed.
 */
export async function goAround(
  options: Options,
  print: (line: string) => void,
  stopped?: AbortSignal,
): Promise<boolean> {
  const start = performance.now()
  const api = apiAt(options.url, undefined, options.always)
  const person = personOf(options)
  const confirmer = options.account ? undefined : await confirmerOf(options, api)
  const [story, end] = [report(print, stopped), report(print)]
  let isInterrupted = false
  print(`Smoke test of ${options.url}\n`)
  try {
    await tellStory(options, story, apiAt(options.url, stopped, options.always), person, confirmer)
  } catch (error) {
    if (!(error instanceof Interrupted)) throw error
    isInterrupted = true
  } finally {
    await removeRest(end, api, person, confirmer)
    await confirmer?.close()
  }
  const [passed, failed] = [story.passed + end.passed, story.failed + end.failed]
  print('')
  for (const reason of story.notTried) print(`Not tried: ${reason}`)
  if (isInterrupted) print('Interrupted: the rest was not tried')
  print(`${passed} passed, ${failed} failed, ${((performance.now() - start) / 1000).toFixed(1)} s`)
  return failed === 0 && !isInterrupted
}

async function tellStory(
  { origin, cacheSeconds, isLocal }: Options,
  story: Report,
  api: Api,
  person: Person,
  confirmer: Confirmer | undefined,
): Promise<void> {
  const answering = await story.check('the service answers', async (note) => {
    const health = await api('GET /health')
    expectStatus(health, 200)
    expectThat(jsonOf(health).status === 'ok', 'its status is not ok')
    const isEmulated = isLocal && isServerlessOffline(await api('GET /cardea-smoke/nowhere'))
    if (isEmulated) note('local: this is serverless-offline')
    return { isEmulated }
  })
  if (!answering) return
  const { isEmulated } = answering
  const keys = await publicChecks(story, api, isEmulated)
  await corsChecks(story, api, { origin, isEmulated })
  if (confirmer && !(await openAccount(story, api, person, confirmer))) return
  const around = { origin, isEmulated, cacheSeconds, keys }
  await browserChecks(story, api, person, around)
  await stolenTokenChecks(story, api, person, around)
  await guessingChecks(story, api, person)
  if (confirmer) await closeAccount(story, api, person, (bearer) => refusedSoon(api, bearer, around))
}

async function removeRest(
  { check }: Report,
  api: Api,
  person: Person,
  confirmer: Confirmer | undefined,
): Promise<void> {
  if (person.isThrowAway ? !person.exists : person.open.size === 0) return
  await check('what was made is removed', async () => {
    await cleanUp(api, person, confirmer).catch((error: unknown) => {
      const why = error instanceof Failed ? error.message : (error as Error).name
      throw new Failed(`${why}; remove ${person.isThrowAway ? person.email : 'its sessions'} by hand`)
    })
  })
}
