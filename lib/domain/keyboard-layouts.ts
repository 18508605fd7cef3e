/**
 * The rows of common keyboards, each from the left: three Latin layouts, a Russian one and a keypad. A fifth row is the first
 * one with Shift.
 */
const layouts: readonly (readonly string[])[] = [
  ['`1234567890-=', ' qwertyuiop[]\\', " asdfghjkl;'", ' zxcvbnm,./', '~!@#$%^&*()_+'],
  ['^1234567890ß´', ' qwertzuiopü+', ' asdfghjklöä#', ' yxcvbnm,.-'],
  ['²&é"\'(-è_çà)=', ' azertyuiop^$', ' qsdfghjklmù*', ' wxcvbn,;:!'],
  ['ё1234567890-=', ' йцукенгшщзхъ\\', ' фывапролджэ', ' ячсмитьбю.'],
  ['789', '456', '123', '0'],
]

/** The distance between two rows; the distance between two keys of a row is 1. */
export const ROW = 64

/** The position of each character's key in one layout. */
export type Keyboard = ReadonlyMap<string, number>

/** One keyboard for each layout. */
export const keyboards: readonly Keyboard[] = layouts.map(
  (rows) => new Map(rows.flatMap((row, y) => [...row].map((key, x) => [key, (y % 4) * ROW + x] as const))),
)
