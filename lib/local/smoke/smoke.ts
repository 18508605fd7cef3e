import { ending } from '../command.ts'
import { whenTold } from '../when-told.ts'
import { readArguments, usage } from './arguments.ts'
import { goAround } from './go-around.ts'

/** `npm run smoke`: ends with 0 if everything is as it should be, else with 1. */
await ending(async () => {
  const options = readArguments(process.argv.slice(2), process.env)
  if (!options) {
    console.log(usage)
    return 0
  }
  const stopping = new AbortController()
  whenTold(() => stopping.abort())
  return (await goAround(options, (line) => console.log(line), stopping.signal)) ? 0 : 1
})
