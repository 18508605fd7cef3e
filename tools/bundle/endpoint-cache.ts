/** Stands for the cache of discovered endpoints: nothing is discovered. */
export class EndpointCache {}
