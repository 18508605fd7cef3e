/** Stands for the conversion of ES signatures, which jwa loads and calls for no other family. */
export const derToJose = undefined
export const joseToDer = undefined
