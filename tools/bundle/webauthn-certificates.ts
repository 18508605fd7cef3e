/**
 * Replaces the code of @simplewebauthn/server for attestations with certificates, with its roots and its requests to other services.
 * `lib/crypto/webauthn-checks.ts` refuses those attestations first, so nothing here is called. A call would throw an error, and the
 * passkey would be refused.
 */
export const Apple_WebAuthn_Root_CA = undefined
export const GlobalSign_Root_CA = undefined
export const GlobalSign_Root_CA_R3 = undefined
export const GlobalSign_Root_R46 = undefined
export const Google_Hardware_Attestation_Root_1 = undefined
export const Google_Hardware_Attestation_Root_2 = undefined
export const Google_Hardware_Attestation_Root_3 = undefined
export const Google_Hardware_Attestation_Root_4 = undefined
export const MetadataService = undefined
export const convertX509PublicKeyToCOSE = undefined
export const getCertificateInfo = undefined
export const isCertRevoked = undefined
export const validateCertificatePath = undefined
export const validateExtFIDOGenCEAAGUID = undefined
export const verifyAttestationAndroidKey = undefined
export const verifyAttestationAndroidSafetyNet = undefined
export const verifyAttestationApple = undefined
export const verifyAttestationFIDOU2F = undefined
export const verifyAttestationTPM = undefined
export const verifyAttestationWithMetadata = undefined
export const verifyMDSBlob = undefined
