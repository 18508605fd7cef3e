import { existsSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'

/** serverless-offline is a process of its own, which starts while the functions are bundled. A file tells it that they are there. */
const fileIn = (bundles: string) => join(bundles, 'complete')

export const sayComplete = (bundles: string): Promise<void> => writeFile(fileIn(bundles), '')

export async function untilComplete(bundles: string): Promise<void> {
  const parent = process.ppid
  while (!existsSync(fileIn(bundles))) {
    // What bundles them has ended without an order to end this too.
    if (process.ppid !== parent) process.exit(1)
    await wait(50)
  }
}
