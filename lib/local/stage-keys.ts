import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Parameters } from '../crypto/keys.ts'
import { keysPathOf, problemsOfNames } from '../deploy/settings.ts'
import { fileParameters } from '../parameters/file.ts'
import { ssmParameters } from '../parameters/ssm.ts'
import { callersConfig, endpointOf } from './callers-aws.ts'
import { checkStage } from './command.ts'
import { localConfig } from './settings.ts'

/** Where a stage keeps its keys: `local` in the file of `npm start`, any other in SSM, with the caller's credentials. */
export async function keysOfStage(
  stage: string,
): Promise<{ parameters: Parameters; place: string; keysPath?: string }> {
  if (stage === 'local') {
    const { localFolder } = localConfig()
    await mkdir(localFolder, { recursive: true })
    const file = join(localFolder, 'keys.json')
    return { parameters: fileParameters(file), place: file }
  }
  checkStage(stage)
  const [problem] = problemsOfNames(stage, { KEYS_PATH: process.env.KEYS_PATH })
  if (problem) throw new Error(problem)
  const { region, credentials } = await callersConfig()
  const keysPath = keysPathOf(stage, process.env)
  return {
    parameters: ssmParameters({ keysPath, region, credentials, endpoint: endpointOf('SSM', 'ssm', region) }),
    keysPath,
    place: `SSM ${keysPath} in ${region}`,
  }
}
