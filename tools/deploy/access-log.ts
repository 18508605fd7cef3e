/**
 * One line of the access log. The route is that of the contract, so no id, query or token stands in it; headers are left
 * out, as the gateway can neither cut nor escape one.
 */
export const accessLogFormat = JSON.stringify({
  requestId: '$context.requestId',
  // The id of our own log lines and problems.
  functionRequestId: '$context.integration.requestId',
  time: '$context.requestTimeEpoch',
  route: '$context.routeKey',
  status: '$context.status',
  latencyMs: '$context.responseLatency',
  functionLatencyMs: '$context.integrationLatency',
  error: '$context.error.responseType',
  authorizerError: '$context.authorizer.error',
  integrationError: '$context.integrationErrorMessage',
  ip: '$context.identity.sourceIp',
})
