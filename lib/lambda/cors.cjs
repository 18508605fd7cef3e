/**
 * CORS of the gateway, from the one list of origins that the check of cookies uses too (ALLOWED_ORIGINS). For
 * serverless.yml, which includes what this function returns. Without a list no other origin may read an answer; a laptop
 * then names an origin that no page has, as serverless-offline would let in all of them.
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
    exposedResponseHeaders: ['Retry-After'],
    maxAge: 86400,
  }
}
