/** Replaces the SDK's event streams: none of our operations has one. */
export const EventStreamSerde = undefined
