/** The text of the QR code. The other parameters have the values that authenticator apps assume. */
export function totpUri(issuer: string, email: string, secret: string): string {
  // A colon separates issuer and account in the label, and some apps do not decode it.
  const label = [issuer.replaceAll(':', ' '), email].map(encodeURIComponent).join(':')
  return `otpauth://totp/${label}?secret=${secret}&issuer=${encodeURIComponent(issuer.replaceAll(':', ' '))}`
}
