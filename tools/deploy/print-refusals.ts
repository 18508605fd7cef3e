import { text } from 'node:stream/consumers'
import { refusals } from './deployment-refusals.ts'

process.stdout.write(JSON.stringify(refusals(JSON.parse(await text(process.stdin)))))
