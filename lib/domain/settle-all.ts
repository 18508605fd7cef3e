/**
 * Like `Promise.all`, but waits for all before it fails: otherwise the answer would abort a write in flight, whose outcome
 * would be unknown.
 */
export async function settleAll<T extends readonly Promise<unknown>[]>(...work: T) {
  await Promise.allSettled(work)
  return Promise.all(work)
}
