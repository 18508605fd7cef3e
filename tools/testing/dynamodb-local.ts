import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { start, untilReady } from '../local/child-process.ts'
import { START_SECONDS } from '../local/dynamodb.ts'
import { freePort } from '../local/ports.ts'

/** The npm package that Amazon ships DynamoDB Local in. It has 56 MB, so only this script fetches it. */
const PACKAGE = 'amplify-dynamodb-simulator@2.9.30'
const SHA512 = 'xTeeRLvzEfqyd5lh3bH4c0kHvSHHmmhD5ZDsHFKAQ5g2Zl6JqlFdutaQhCLHzxEp6Ry1o7TB6niIoXuQAnSewQ=='
const folder = join('node_modules', '.cache', 'dynamodb-local')
const emulator = join(folder, 'package', 'emulator')

/** Runs the storage tests on Amazon's DynamoDB Local, to find where the emulator differs from DynamoDB. */
async function main(): Promise<number> {
  const java = spawnSync('java', ['-version'], { encoding: 'utf8' })
  if (Number(/version "(\d+)/.exec(java.stderr ?? '')?.[1] ?? 0) < 17) {
    throw new Error('DynamoDB Local needs Java 17 or newer (on Debian: apt-get install default-jre-headless)')
  }
  if (!existsSync(emulator)) await fetchEmulator()

  const port = await freePort()
  const endpoint = `http://127.0.0.1:${port}`
  const library = `-Djava.library.path=${join(emulator, 'DynamoDBLocal_lib')}`
  const jar = join(emulator, 'DynamoDBLocal.jar')
  const engine = start('DynamoDB Local', [
    'java',
    library,
    '-jar',
    jar,
    '-inMemory',
    '-disableTelemetry',
    '-port',
    String(port),
  ])
  try {
    await untilReady(engine, endpoint, START_SECONDS)
    const jest = spawnSync(
      process.execPath,
      [
        'node_modules/jest/bin/jest.js',
        '--selectProjects',
        'integration',
        '--testPathPatterns',
        'lib/storage|races|outage',
      ],
      {
        stdio: 'inherit',
        env: { ...process.env, DYNAMODB_ENDPOINT: endpoint },
      },
    )
    return jest.status ?? 1
  } finally {
    await engine.stop()
  }
}

async function fetchEmulator(): Promise<void> {
  console.log(`Fetching DynamoDB Local (${PACKAGE})`)
  const draft = `${folder}.${process.pid}`
  await mkdir(draft, { recursive: true })
  try {
    const pack = spawnSync('npm', ['pack', PACKAGE, '--silent', '--pack-destination', draft], {
      encoding: 'utf8',
    })
    if (pack.status !== 0) throw new Error(`npm could not fetch ${PACKAGE}: ${pack.stderr.trim()}`)
    const file = join(draft, pack.stdout.trim())
    const sha512 = createHash('sha512')
      .update(await readFile(file))
      .digest('base64')
    if (sha512 !== SHA512) throw new Error(`The checksum of ${PACKAGE} is not the expected one`)
    const tar = spawnSync('tar', ['-xzf', file, '-C', draft, 'package/emulator'], { encoding: 'utf8' })
    if (tar.status !== 0) throw new Error(`tar could not unpack ${PACKAGE}: ${tar.stderr.trim()}`)
    await rm(file)
    await rename(draft, folder)
  } finally {
    await rm(draft, { recursive: true, force: true })
  }
}

main().then(
  (status) => process.exit(status),
  (error: Error) => {
    console.error(error.message)
    process.exit(1)
  },
)
