import { type Keyboard, keyboards, ROW } from './keyboard-layouts.ts'

/** Reports a part that follows a pattern: its end, and its guesses as a power of two. */
export type Found = (end: number, bits: number) => void
/** Finds the parts that begin at a position. Called once for each position, from the last to the first. */
export type Pattern = (at: number, found: Found) => void

const LONGEST_WALK = 48
const LONGEST_PERIOD = 10
/** Longer words, and patterns that end within a longer part, are not looked for. */
export const LONGEST_WORD = 24

/** A repetition of the preceding characters: `abc` after `abc`, `aa` after `a`. */
export function repeats(text: readonly string[]): Pattern {
  const codes = Float64Array.from(text, codeOf)
  const longest = Math.floor(text.length / 2)
  return periods(codes, longest, (period, length) => 3 + (length < period ? Math.log2(period) : 0))
}

/**
 * A continued sequence: each step, in the alphabet or on a keyboard, equals the step one period before. `cdef` after `ab`,
 * `2wsx3edc` after `1qaz`, `b2c3` after `a1`.
 */
export function progressions(text: readonly string[]): readonly Pattern[] {
  const places = [Float64Array.from(text, codeOf), ...keyboards.map((keyboard) => placesOn(keyboard, text))]
  return places.map((place) => {
    const steps = place.map((to, at) => (at === 0 ? Number.NaN : to - (place[at - 1] as number)))
    return periods(steps, LONGEST_PERIOD, (period, length) => 4 + Math.log2(period * length))
  })
}

const codeOf = (character: string) => character.codePointAt(0) as number
const placesOn = (keyboard: Keyboard, text: readonly string[]) =>
  Float64Array.from(text, (character) => keyboard.get(character) ?? Number.NaN)

/** Finds the runs in which each value equals the value one period before. NaN equals nothing. */
function periods(
  values: Float64Array,
  longest: number,
  bitsOf: (period: number, length: number) => number,
): Pattern {
  const lengths = new Uint16Array(longest + 1)
  return (at, found) => {
    const value = values[at]
    let most = 1
    for (let period = 1; period <= longest; period++) {
      const length = value === values[at - period] ? (lengths[period] as number) + 1 : 0
      lengths[period] = length
      if (length <= most) continue
      // The next part may begin before the pattern ends. To save time, long patterns are not tried at every end.
      for (let some = most + 1; some < Math.min(length, LONGEST_WORD); some++)
        found(at + some, bitsOf(period, some))
      found(at + length, bitsOf(period, length))
      most = length
    }
  }
}

/** A path over neighbouring keys, each one of the eight around the last. Each turn adds guesses. */
export function walks(text: readonly string[]): readonly Pattern[] {
  return keyboards.map((keyboard) => {
    const places = placesOn(keyboard, text)
    return (at, found) => {
      let turns = 0
      for (let end = at + 1; end < at + LONGEST_WALK; end++) {
        const step = (places[end] ?? Number.NaN) - (places[end - 1] as number)
        if (!isNear(step)) return
        if (end === at + 1) continue
        if (step !== (places[end - 1] as number) - (places[end - 2] as number)) turns++
        // Three neighbouring keys are often chance.
        if (end > at + 2) found(end + 1, 5 + Math.log2(end - at + 1) + 3 * turns)
      }
    }
  })
}

const isNear = (step: number) => {
  const distance = Math.abs(step)
  return distance === 1 || (distance >= ROW - 1 && distance <= ROW + 1)
}

/** A year, or a date with or without its century, in the usual orders. */
export function dates(text: readonly string[]): Pattern {
  const [day, month, century, year] = ['(?:0[1-9]|[12]\\d|3[01])', '(?:0[1-9]|1[0-2])', '(?:19|20)', '\\d\\d']
  const both = `(?:${day}${month}|${month}${day})`
  const forms = [
    { length: 4, bits: 7, form: new RegExp(`^${century}${year}`) },
    { length: 6, bits: 15.5, form: new RegExp(`^(?:${both}${year}|${year}${month}${day})`) },
    {
      length: 8,
      bits: 15.5,
      form: new RegExp(`^(?:${both}${century}${year}|${century}${year}${month}${day})`),
    },
  ]
  return (at, found) => {
    if (!isDigit(text[at] as string)) return
    const digits = text.slice(at, at + 8).join('')
    for (const { length, bits, form } of forms) if (form.test(digits)) found(at + length, bits)
  }
}

export const isDigit = (character: string): boolean => character >= '0' && character <= '9'
