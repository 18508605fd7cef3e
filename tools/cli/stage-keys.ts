import { join } from 'node:path'
import type { Parameters } from '../../lib/crypto/keys.ts'
import { fileParameters } from '../../lib/parameters/file.ts'
import { ssmParameters } from '../../lib/parameters/ssm.ts'
import { keysPathOf, problemsOfNames } from '../deploy/settings.ts'
import { localConfig } from '../local/settings.ts'
import { callersConfig, endpointOf } from './aws.ts'

/** Where a stage keeps its keys: `local` in the file of `npm start`, any other in SSM, with the caller's credentials. */
export async function keysOfStage(
  stage: string,
): Promise<{ parameters: Parameters; place: string; keysPath?: string }> {
  if (stage === 'local') {
    const place = join(localConfig().localFolder, 'keys.json')
    return { parameters: fileParameters(place), place }
  }
  const [problem] = problemsOfNames(stage, { KEYS_PATH: process.env.KEYS_PATH })
  if (problem) throw new Error(problem)
  const { region, credentials } = await callersConfig()
  const keysPath = keysPathOf(stage, process.env)
  const endpoint = endpointOf('SSM', 'ssm', region)
  const parameters = ssmParameters({ keysPath, region, credentials, endpoint })
  return { parameters, keysPath, place: `SSM ${keysPath} in ${region}` }
}
