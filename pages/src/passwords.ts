import { announce, find } from './dom.ts'
import { fill, type PageData } from './page-data.ts'
import { passwordProblem } from './password-check.ts'

/** After this pause a screen reader hears the hint, not after each key. */
const PAUSE_MS = 1000

/** Buttons that show a password while they are pressed in. */
export function revealPasswords(): void {
  for (const button of document.querySelectorAll<HTMLElement>('[data-reveal]')) {
    const input = find<HTMLInputElement>(`#${button.dataset.reveal}`)
    const set = (isShown: boolean) => {
      input.type = isShown ? 'text' : 'password'
      button.setAttribute('aria-pressed', String(isShown))
    }
    button.addEventListener('click', () => set(input.type === 'password'))
    // A browser keeps a password only from a password field.
    input.form?.addEventListener('submit', () => set(false), { capture: true })
  }
}

/** Says under the new password, while it is typed, what is wrong with it. `own`: the user's own words at this moment. */
export function hintAtStrength(
  input: HTMLInputElement,
  { least }: PageData,
  own: () => readonly string[],
): void {
  const hint = find(`#${input.id}-hint`)
  const rule = hint.textContent ?? ''
  const product = find('.brand span').textContent ?? ''
  let timer: ReturnType<typeof setTimeout> | undefined
  /** The template has a text for each problem. */
  const textOf = (password: string) => {
    const problem = passwordProblem(password, least, [product, ...own()])
    return fill(hint.dataset[problem ?? 'fine'] ?? '', { count: least - [...password].length })
  }
  const show = (text: string) => {
    hint.textContent = text
    hint.dataset.strength = text === rule ? '' : text === hint.dataset.fine ? 'fine' : 'weak'
    clearTimeout(timer)
  }
  input.form?.addEventListener('reset', () => show(rule))
  input.addEventListener('input', () => {
    const text = input.value === '' ? rule : textOf(input.value)
    show(text)
    timer = setTimeout(() => announce(text), PAUSE_MS)
  })
}
