/**
 * CORS of the gateway, for serverless.yml. It uses the same list of origins as the origin check (ALLOWED_ORIGINS). Without a
 * list, no other origin may read an answer. Locally, serverless-offline would then allow all origins, so the list names one
 * that no page has.
 */
module.exports = async ({ resolveVariable }) => {
  const listed = (await resolveVariable("env:ALLOWED_ORIGINS, ''")).split(',').map((origin) => origin.trim())
  const origins = listed.filter((origin) => origin !== '')
  if (origins.length === 0 && (await resolveVariable('sls:stage')) !== 'local') return false
  return {
    allowedOrigins: origins.length > 0 ? origins : ['http://localhost:0'],
    allowCredentials: true,
    allowedHeaders: ['Authorization', 'Content-Type'],
    allowedMethods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
    exposedResponseHeaders: ['Retry-After', 'WWW-Authenticate'],
    maxAge: 86400,
  }
}
