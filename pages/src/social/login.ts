import type { SocialLogin } from '../../../client/src/social.ts'
import { showView } from '../dom.ts'
import { linking } from './link.ts'
import { isBack, labelOf, restoreQuery } from './providers.ts'
import { offerProviders } from './sign-up.ts'
import type { SocialSteps } from './steps.ts'

/** Login with a provider. @returns what goes on with it, if the browser comes back from one. */
export function socialSteps(steps: SocialSteps): (() => Promise<void>) | undefined {
  const social = offerProviders(steps.data, steps.cardea)
  return isBack() ? () => goOnWith(social, steps) : undefined
}

async function goOnWith(social: SocialLogin, steps: SocialSteps): Promise<void> {
  if (restoreQuery()) return
  const { data, done, restart, next } = steps
  showView('social-wait')
  const link = linking(steps)
  const { data: tokens, error, provider = '' } = (await social.finish()) ?? {}
  if (tokens) await done(tokens)
  const label = labelOf(data, provider)
  if (error?.code === 'link_required') return link.askProof(error, label)
  if (error?.code === 'email_required') return link.askEmail(error, label)
  const refused = await next(error)
  if (refused) restart(refused)
}
