import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type BuildOptions, build } from 'esbuild'

const require = createRequire(join(process.cwd(), 'package.json'))
const { options } = require('./tools/bundle/options.cjs') as { options: BuildOptions }

describe('a bundle with texts of mails', () => {
  const folder = mkdtempSync(join(tmpdir(), 'cardea-bundled-mails-'))
  afterAll(() => rmSync(folder, { recursive: true }))
  const bundled = async () => {
    const entry = join(folder, 'entry.ts')
    writeFileSync(
      entry,
      "export { default as de } from './mails/de.json'; export { default as fr } from './mails/fr.json'",
    )
    const { outputFiles } = await build({
      ...options,
      entryPoints: [entry],
      outfile: join(folder, 'out.cjs'),
      write: false,
      logLevel: 'silent',
    })
    return outputFiles[0]?.text
  }

  it('is made with texts that are right, and fails with every mistake by file and key', async () => {
    cpSync('mails', join(folder, 'mails'), { recursive: true })
    writeFileSync(join(folder, 'mails/fr.json'), '{"verify_email": {"subject": "Bienvenue"}}')
    expect(await bundled()).toContain('Bienvenue')

    writeFileSync(join(folder, 'mails/de.json'), '{"verify_email": {"text": ["Hallo {name}"]}}')
    const { errors } = await bundled().catch((error) => error)
    expect(errors.map(({ text }: { text: string }) => text)).toEqual([
      expect.stringMatching(/^mails\/de\.json: verify_email\.text contains \{name\}: no mail contains/),
      'mails/de.json: verify_email.text must contain {link}',
    ])
  })
})
