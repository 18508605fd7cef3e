import { buildPages } from '../tools/bundle/pages.cjs'

/**
 * The built pages, for tests and tools. In a bundle, tools/bundle/pages.cjs puts the result of the same build in place of this
 * file. `assets`, `style`, `logo`, `scripts` and `preloads` are file names, which contain a hash of the content.
 */
export const { templates, assets, scripts, preloads, style, logo }: BuiltPages = buildPages()

interface BuiltPages {
  /** By name: `layout`, and one for each page. */
  readonly templates: Readonly<Record<string, string>>
  /** The compressed content of each file, in base64. */
  readonly assets: Readonly<Record<string, { readonly type: string; readonly gzip: string }>>
  /** The script of each page, and what it imports. */
  readonly scripts: Readonly<Record<string, string>>
  readonly preloads: Readonly<Record<string, readonly string[]>>
  readonly style: string
  readonly logo: string
}
