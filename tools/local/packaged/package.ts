import { existsSync } from 'node:fs'
import { join, relative, resolve } from 'node:path'
import { start } from '../child-process.ts'

/** Packages a stage into a folder as a deployment would, with these settings and nothing else of our environment. */
export async function packageStage(
  stage: string,
  folder: string,
  settings: Readonly<Record<string, string>>,
): Promise<void> {
  const serverless = start(
    'serverless',
    process.execPath,
    [
      'node_modules/serverless/bin/serverless.js',
      ...['package', '--stage', stage, '--package', relative('.', join(folder, 'package'))],
      ...['--param', `bundles=${relative('.', join(folder, 'bundles'))}`],
    ],
    {
      env: { ...settings, HOME: resolve(folder), SLS_NOTIFICATIONS_MODE: 'off', SLS_TELEMETRY_DISABLED: '1' },
    },
  )
  await serverless.end
  if (!existsSync(join(folder, 'package/cloudformation-template-update-stack.json')))
    throw new Error(`The stage ${stage} could not be packaged: ${serverless.lastWords()}`)
}
