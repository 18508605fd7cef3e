/**
 * The token of `Authorization: Bearer`, if the header was sent exactly once. RFC 6750 2.1: one or more spaces, the scheme in
 * any case.
 */
export function bearerOf(headers: { readonly [name: string]: string | undefined }): string | undefined {
  const values = Object.entries(headers).filter(([name]) => name.toLowerCase() === 'authorization')
  return values.length === 1 ? /^bearer +([\w.-]+)$/i.exec(values[0]?.[1] ?? '')?.[1] : undefined
}
