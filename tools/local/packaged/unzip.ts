import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { inflateRawSync } from 'node:zlib'

const END_OF_DIRECTORY = Buffer.from('PK\x05\x06', 'latin1')
const DEFLATED = 8

/** Unpacks a zip of the kind that packaging makes: no encryption, no ZIP64, files stored or deflated (APPNOTE 4.3). */
export async function unzip(file: string, folder: string): Promise<void> {
  const zip = await readFile(file)
  const end = zip.lastIndexOf(END_OF_DIRECTORY)
  if (end < 0) throw new Error(`${file} is no zip`)
  let entry = zip.readUInt32LE(end + 16)
  for (let left = zip.readUInt16LE(end + 10); left > 0; left--) {
    const [nameLength, extraLength, commentLength] = [28, 30, 32].map((at) => zip.readUInt16LE(entry + at))
    const name = zip.toString('utf8', entry + 46, entry + 46 + Number(nameLength))
    const header = zip.readUInt32LE(entry + 42)
    // The header before the data has lengths of its own.
    const start = header + 30 + zip.readUInt16LE(header + 26) + zip.readUInt16LE(header + 28)
    const data = zip.subarray(start, start + zip.readUInt32LE(entry + 20))
    const isDeflated = zip.readUInt16LE(entry + 10) === DEFLATED
    entry += 46 + Number(nameLength) + Number(extraLength) + Number(commentLength)
    if (name.endsWith('/')) continue
    const target = join(folder, name)
    await mkdir(dirname(target), { recursive: true })
    await writeFile(target, isDeflated ? inflateRawSync(data) : data)
  }
}
