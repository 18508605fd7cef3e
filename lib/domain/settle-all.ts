/**
 * Like `Promise.all`, but fails only when all have ended: the answer would stop a write that is on its way, and its outcome
 * would not be known.
 */
export async function settleAll<T extends readonly Promise<unknown>[]>(...work: T) {
  await Promise.allSettled(work)
  return Promise.all(work)
}
