/** Replaces the conversion of ES signatures, which jwa loads but calls only for the ES algorithms. Cardea uses none. */
export const derToJose = undefined
export const joseToDer = undefined
