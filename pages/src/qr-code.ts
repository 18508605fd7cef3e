import { encode } from 'uqr'

/** The margin that a scanner needs, in modules (ISO/IEC 18004). */
const MARGIN = 4
const SVG = 'http://www.w3.org/2000/svg'

/** The modules of a QR code as the path of an SVG, and the width of its square. */
export function qrPath(text: string): { readonly path: string; readonly width: number } {
  const { data, size } = encode(text, { ecc: 'M', border: MARGIN })
  const modules = data.flatMap((row, y) => row.map((isDark, x) => (isDark ? `M${x} ${y}h1v1h-1z` : '')))
  return { path: modules.join(''), width: size }
}

/** A QR code, dark on light in both colour schemes: many scanners cannot read the reverse. */
export function qrCode(text: string, label: string): Element {
  const { path, width } = qrPath(text)
  const svg = document.createElementNS(SVG, 'svg')
  const shape = document.createElementNS(SVG, 'path')
  const attributes = {
    viewBox: `0 0 ${width} ${width}`,
    'shape-rendering': 'crispEdges',
    role: 'img',
    'aria-label': label,
  }
  for (const [name, value] of Object.entries(attributes)) svg.setAttribute(name, value)
  shape.setAttribute('d', path)
  svg.append(shape)
  return svg
}
