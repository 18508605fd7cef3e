import { deployment } from './deployment.ts'

const [service = '', stage = ''] = process.argv.slice(2)
process.stdout.write(JSON.stringify(await deployment(service, stage, process.env)))
