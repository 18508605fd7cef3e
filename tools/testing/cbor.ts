/** The head of a CBOR item in its shortest form (RFC 8949 3). */
function head(major: number, value: number): Buffer {
  if (value < 24) return Buffer.from([(major << 5) | value])
  const bytes = value < 2 ** 8 ? 1 : value < 2 ** 16 ? 2 : 4
  const buffer = Buffer.alloc(1 + bytes)
  buffer.writeUInt8((major << 5) | (23 + { 1: 1, 2: 2, 4: 3 }[bytes]))
  buffer.writeUIntBE(value, 1, bytes)
  return buffer
}

/** Encodes what authenticators encode: integers, bytes, texts, lists and maps in their order. */
export function cbor(value: unknown): Buffer {
  if (typeof value === 'number') return value < 0 ? head(1, -1 - value) : head(0, value)
  if (typeof value === 'string') return Buffer.concat([head(3, Buffer.byteLength(value)), Buffer.from(value)])
  if (value instanceof Uint8Array) return Buffer.concat([head(2, value.length), value])
  if (Array.isArray(value)) return Buffer.concat([head(4, value.length), ...value.map(cbor)])
  if (value instanceof Map) return Buffer.concat([head(5, value.size), ...[...value].flat().map(cbor)])
  throw new Error(`No CBOR for ${typeof value}`)
}
