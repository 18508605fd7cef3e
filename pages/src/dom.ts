/** The element that a template must contain. */
export function find<E extends HTMLElement = HTMLElement>(
  selector: string,
  within: ParentNode = document,
): E {
  const found = within.querySelector<E>(selector)
  if (!found) throw new Error(`The page has no ${selector}`)
  return found
}

/** A text that stands in the template. */
export const textOf = (selector: string, within?: ParentNode): string =>
  find(selector, within).textContent ?? ''

/** Creates an element. Texts become text nodes, never HTML. */
export function element<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Readonly<Record<string, string>>,
  ...children: readonly (Node | string)[]
): HTMLElementTagNameMap[Tag] {
  const made = document.createElement(tag)
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value)
  made.append(...children)
  return made
}

/** Shows one view of the page, hides the others, and moves the focus to its heading, which a screen reader then reads. */
export function showView(name: string): void {
  for (const view of document.querySelectorAll<HTMLElement>('[data-view]'))
    view.hidden = view.dataset.view !== name
  find(`[data-view="${name}"] h1`).focus()
}

/** Announces a text to a screen reader. */
export function announce(text: string): void {
  find('#status').textContent = text
}

/** Says that a script of the page did not come. It may be of a former deployment. */
export function sayIncomplete(): void {
  find('.incomplete').classList.add('shown')
}

/** Lets the browser save a file. */
export function saveFile(content: Blob, name: string): void {
  const url = URL.createObjectURL(content)
  element('a', { href: url, download: name }).click()
  setTimeout(() => URL.revokeObjectURL(url), 60_000)
}
