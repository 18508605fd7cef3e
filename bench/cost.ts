import { report } from './cost-model.ts'
import { sources } from './prices.ts'

/** Prints what Cardea costs by the model of `cost-model.ts`, beside its goals and Amazon Cognito's list price. */
console.log(report())
console.log('\nThe prices:')
for (const { page, quotedBy, read } of Object.values(sources)) console.log(`  ${page}, ${read}: ${quotedBy}`)
