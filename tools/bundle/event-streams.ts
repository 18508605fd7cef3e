/** Replaces the SDK's event streams: no operation of DynamoDB that we call has one. */
export const EventStreamSerde = undefined
