/** Stands for the SDK's event streams, which it imports when an operation has one: none of ours does. */
export const EventStreamSerde = undefined
