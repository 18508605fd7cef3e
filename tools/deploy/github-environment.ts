import { text } from 'node:stream/consumers'
import { providerEnvironment } from '../../lib/provider-rows.ts'

/**
 * Prints the variables of the providers for GITHUB_ENV: their names follow from PROVIDERS, so the workflow cannot list them. Standard
 * input has all variables of the environment as JSON.
 */
for (const [name, value] of Object.entries(providerEnvironment(JSON.parse(await text(process.stdin))))) {
  // A second line would be a variable of its own, with any name.
  if (/[\r\n]/.test(value)) throw new Error(`${name} must be one line`)
  console.log(`${name}=${value}`)
}
