/**
 * The rows of the keyboards that people walk over, each from its left: three Latin ones, the Russian one, and a keypad. A
 * fifth row is the first with Shift.
 */
const layouts: readonly (readonly string[])[] = [
  ['`1234567890-=', ' qwertyuiop[]\\', " asdfghjkl;'", ' zxcvbnm,./', '~!@#$%^&*()_+'],
  ['^1234567890ß´', ' qwertzuiopü+', ' asdfghjklöä#', ' yxcvbnm,.-'],
  ['²&é"\'(-è_çà)=', ' azertyuiop^$', ' qsdfghjklmù*', ' wxcvbn,;:!'],
  ['ё1234567890-=', ' йцукенгшщзхъ\\', ' фывапролджэ', ' ячсмитьбю.'],
  ['789', '456', '123', '0'],
]

/** From one row to the next; one key to the right is 1. */
export const ROW = 64

/** Of each layout, where a character's key is. */
export type Keyboard = ReadonlyMap<string, number>

/** Of each layout, where a character's key is. */
export const keyboards: readonly Keyboard[] = layouts.map(
  (rows) => new Map(rows.flatMap((row, y) => [...row].map((key, x) => [key, (y % 4) * ROW + x] as const))),
)
