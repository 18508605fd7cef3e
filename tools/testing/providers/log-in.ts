import { unescaped } from './account-page.ts'

/**
 * Logs a person in at a test provider, as a browser would: begins at the address, chooses the account (`''` cancels), and returns
 * what the provider sends to the callback, in a redirect or in a form.
 */
export async function logIn(address: string, account: string): Promise<URLSearchParams> {
  const cookies = new Map<string, string>()
  const { origin } = new URL(address)
  let next = address
  for (let step = 0; step < 10; step++) {
    if (new URL(next).origin !== origin) return new URL(next).searchParams
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const answer = await fetch(next, { redirect: 'manual', headers: cookie ? { cookie } : {} })
    for (const each of answer.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(each) ?? []
      if (value) cookies.set(name, value)
      else cookies.delete(name)
    }
    const location = answer.headers.get('location')
    const page = await answer.text()
    const fields = [...page.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)"/g)]
    if (!location && fields.length > 0)
      return new URLSearchParams(
        fields.map(([, name = '', value = '']): [string, string] => [name, unescaped(value)]),
      )
    const link = new RegExp(`data-account="${account}" href="([^"]+)"`).exec(page)?.[1]
    if (!location && !link) throw new Error(`The provider answered ${answer.status}: ${page}`)
    next = new URL(location ?? unescaped(link ?? ''), next).href
  }
  throw new Error('The provider does not come to an end')
}
