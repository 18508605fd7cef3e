import type { PagesContract } from '../../lib/contract/contract.ts'
import { pages } from '../../lib/lambda/pages.ts'
import { pagesOfDeployment } from '../../lib/pages/service.ts'

export const contract: PagesContract = {
  paths: ['/ui', '/ui/{page}', '/ui/assets/{file}'],
}

export const handler = pages(pagesOfDeployment)
