import { text } from 'node:stream/consumers'
import { deployment } from './deployment.ts'
import { refusals } from './template-comparison.ts'

// plugin.cjs writes a question to stdin and reads the answer from stdout.
const { service, stage, env, compared } = JSON.parse(await text(process.stdin))
const answer = compared ? refusals(compared) : await deployment(service, stage, env)
process.stdout.write(JSON.stringify(answer))
