/**
 * Like `Promise.all`, but waits for all before it fails. Otherwise the answer would abort a write in flight, and its outcome
 * would be unknown.
 */
export async function settleAll<T extends readonly Promise<unknown>[]>(...work: T) {
  await Promise.allSettled(work)
  return Promise.all(work)
}
