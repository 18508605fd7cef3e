/**
 * One line of the access log. Its route is that of the contract, so it contains no id, query or token. It contains no header,
 * because the gateway can neither cut nor escape one.
 */
export const accessLogFormat = JSON.stringify({
  requestId: '$context.requestId',
  // Our own log lines and problems contain this id.
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
