import type { PagesContract } from '../../lib/contract/contract.ts'
import { pages } from '../../lib/lambda/pages.ts'
import { referenceOfDeployment } from '../../lib/pages/reference.ts'
import document from '../openapi.json' with { type: 'json' }

export const contract: PagesContract = {
  paths: ['/docs'],
}

export const handler = pages(() => referenceOfDeployment(document as never))
