import { onStop } from '../../local/on-stop.ts'
import { envFile } from '../../local/settings.ts'
import { ending } from '../command.ts'
import { readArguments, usage } from './arguments.ts'
import { goAround } from './go-around.ts'

/** `npm run smoke`: ends with 0 if everything is as it should be, with 2 for wrong words, else with 1. */
await ending(async () => {
  const options = readArguments(process.argv.slice(2), { ...envFile(), ...process.env })
  if (!options) {
    console.log(usage)
    return 0
  }
  const stopping = new AbortController()
  onStop(() => stopping.abort())
  return (await goAround(options, (line) => console.log(line), stopping.signal)) ? 0 : 1
})
