import httpSecurityHeaders from '@middy/http-security-headers'

/** What a browser may do with an answer that is data and never a page (ASVS 3.4.1, 3.4.4 to 3.4.6): nothing. */
export const securityHeaders = () =>
  httpSecurityHeaders({
    strictTransportSecurity: { maxAge: 63_072_000, includeSubDomains: true, preload: false },
    contentTypeOptions: { action: 'nosniff' },
    referrerPolicy: { policy: 'no-referrer' },
    // To these the middleware adds `sandbox; upgrade-insecure-requests`, and a page's directives unless emptied.
    contentSecurityPolicy: {
      'default-src': "'none'",
      'frame-ancestors': "'none'",
      'base-uri': '',
      'form-action': '',
      'report-to': '',
      'require-trusted-types-for': '',
    },
    // Said by the policy above, or only meant for pages.
    frameOptions: false,
    crossOriginEmbedderPolicy: false,
    crossOriginOpenerPolicy: false,
    crossOriginResourcePolicy: false,
    permissionsPolicy: false,
    originAgentCluster: false,
    dnsPrefetchControl: false,
    downloadOptions: false,
    permittedCrossDomainPolicies: false,
  })
