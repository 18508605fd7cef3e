/** Replaces the cache of discovered endpoints: lib/storage/client.ts switches endpoint discovery off. */
export class EndpointCache {}
