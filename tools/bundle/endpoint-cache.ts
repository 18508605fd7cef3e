/** Replaces the cache of discovered endpoints: endpoint discovery is off. */
export class EndpointCache {}
