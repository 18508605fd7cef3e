/** The page on which a person chooses an account, or cancels. A browser test clicks what `logIn` finds by the same attributes. */
export function accountPage(
  ids: readonly string[],
  addressOf: (id: string) => string,
  cancel: string,
): string {
  const links = ids.map((id) => `<p><a data-account="${id}" href="${escaped(addressOf(id))}">${id}</a></p>`)
  return `<!doctype html><title>Choose an account</title><h1>Choose an account</h1>${links.join('')}
<p><a data-account="" href="${escaped(cancel)}">Cancel</a></p>`
}

const escaped = (text: string) => text.replaceAll('&', '&amp;').replaceAll('"', '&quot;')
export const unescaped = (text: string): string => text.replaceAll('&quot;', '"').replaceAll('&amp;', '&')
