import { once } from 'node:events'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { unzipSync } from 'fflate'
import { type Config, linkBaseUrlOf, readConfig } from '../../../lib/config.ts'
import { rowsOfProviders } from '../../../lib/provider-rows.ts'
import { start } from '../child-process.ts'
import { createTables } from '../create-tables.ts'
import { FRAMEWORK, type Serving, serverlessEnv } from '../serverless-offline.ts'
import { makeServiceFolder } from '../service-folder.ts'
import { givenSettings } from '../settings.ts'
import { type Invoke, pollStream } from '../stream-poller.ts'
import { lambdaFunction } from './function.ts'
import { gateway } from './gateway.ts'
import { type Deployment, readTemplate } from './template.ts'

const PACKAGE = 'package'
const serviceOf = (folder: string) => join(folder, 'service')

/** Packages the stage `dev` and serves its zips. The output of the functions is printed. */
export async function servePackage({ config, folder, local, signal }: Serving): Promise<void> {
  const { functions: packaged, mappings, ...api } = await packageStage(config, folder)
  const log = (text: string) => process.stdout.write(text)
  const env = { ...local, ...standIns(givenSettings()) }
  const functions = new Map<string, Invoke>()
  for (const each of packaged) {
    const target = join(folder, 'unzipped', each.FunctionName)
    await unzip(join(serviceOf(folder), PACKAGE, basename(each.Code.S3Key)), target)
    functions.set(each.FunctionName, lambdaFunction(each, { folder: target, local: env, log, signal }))
  }
  const invoke = async (name: string, event: object) => functions.get(name)?.(event)

  // Every function knows the names of all tables.
  await createTables(readConfig(packaged[0]?.Environment.Variables ?? {}), local.DYNAMODB_ENDPOINT)
  for (const mapping of mappings)
    pollStream(local.DYNAMODB_ENDPOINT, mapping, (event) => invoke(mapping.function, event), signal)
  await once(gateway(api, invoke).listen(config.port, '127.0.0.1'), 'listening')
}

/** The addresses of test servers, which no package contains. */
const standIns = (given: Readonly<Record<string, string>>): Readonly<Record<string, string>> =>
  Object.fromEntries(
    rowsOfProviders(given).flatMap(({ env, localOnly }) => (localOnly ? [[env, given[env] ?? '']] : [])),
  )

/** Packages as a deployment does, with the given settings and nothing else of our environment. */
async function packageStage(config: Config, folder: string): Promise<Deployment> {
  const service = serviceOf(folder)
  makeServiceFolder(service)
  const command = [FRAMEWORK, 'package', '--stage', 'dev', '--package', PACKAGE]
  const settings = {
    ...givenSettings(),
    // AWS would give another address, to which the pages would lead. Settings of providers may be http only beside a local one.
    ISSUER: config.issuer,
    MAIL_FROM: String(config.mailFrom),
    LINK_BASE_URL: linkBaseUrlOf(config),
  }
  const serverless = start('serverless', [process.execPath, ...command], {
    cwd: service,
    env: { ...settings, ...serverlessEnv(config.localFolder) },
  })
  await serverless.end
  const template = join(service, PACKAGE, 'cloudformation-template-update-stack.json')
  const text = await readFile(template, 'utf8').catch(() => {
    throw new Error(`The functions could not be packaged: ${serverless.lastLines()}`)
  })
  return readTemplate(JSON.parse(text).Resources)
}

async function unzip(zip: string, folder: string): Promise<void> {
  for (const [name, data] of Object.entries(unzipSync(await readFile(zip)))) {
    await mkdir(dirname(join(folder, name)), { recursive: true })
    await writeFile(join(folder, name), data)
  }
}
