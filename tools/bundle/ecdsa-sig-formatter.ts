/** Replaces the conversion of ES signatures, which jwa loads but calls for no other family. */
export const derToJose = undefined
export const joseToDer = undefined
