import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb'

/** Turns of the event loop without a new call, after which the work can only be waiting for the store. */
const QUIET_TURNS = 25
const turn = () => new Promise((resolve) => setImmediate(resolve))

/**
 * Counts the round trips to DynamoDB that some work makes in sequence. Calls wait until the work does nothing else, and are
 * then answered together, as by a store whose every answer takes the same time. One such wave is one round trip.
 */
export async function roundTrips(
  client: DynamoDBDocumentClient,
  work: () => Promise<unknown>,
): Promise<number> {
  let waves = 0
  let inFlight = 0
  let waiting: (() => void)[] = []
  let ended = false
  client.middlewareStack.add(
    (next) => async (args) => {
      await new Promise<void>((resolve) => waiting.push(resolve))
      try {
        return await next(args)
      } finally {
        inFlight--
      }
    },
    { step: 'initialize', name: 'roundTrips', override: true },
  )
  const answer = async () => {
    let quiet = 0
    let seen = 0
    while (!ended) {
      await turn()
      quiet = inFlight === 0 && waiting.length === seen ? quiet + 1 : 0
      seen = waiting.length
      if (quiet < QUIET_TURNS || seen === 0) continue
      waves++
      inFlight = seen
      const wave = waiting
      waiting = []
      for (const go of wave) go()
    }
  }
  const answering = answer()
  try {
    await work()
  } finally {
    ended = true
    await answering
    client.middlewareStack.remove('roundTrips')
  }
  return waves
}
