import { buildPages } from '../tools/bundle/pages.cjs'

/**
 * The built pages, for tests and tools. In a bundle, tools/bundle/pages.cjs puts the result of the same build in place of this
 * file. All names of files contain a hash of their content.
 */
export const {
  templates,
  assets,
  scripts,
  preloads,
  socialScripts,
  reauthenticationScript,
  style,
  socialStyle,
  logo,
  logos,
} = buildPages() as BuiltPages

interface BuiltPages {
  /** By name: `layout`, and one for each page. */
  readonly templates: Readonly<Record<string, string>>
  /** The compressed content of each file, in base64. */
  readonly assets: Readonly<Record<string, { readonly type: string; readonly gzip: string }>>
  /** The script of each page, and what it imports. */
  readonly scripts: Readonly<Record<string, string>>
  readonly preloads: Readonly<Record<string, readonly string[]>>
  /** The scripts that some pages load as well if there are providers. */
  readonly socialScripts: Readonly<Record<string, string>>
  /** Loaded when a call needs a new proof. */
  readonly reauthenticationScript: string
  readonly style: string
  /** Of the pages that show providers. */
  readonly socialStyle: string
  readonly logo: string
  /** The logos of providers, by their names. */
  readonly logos: Readonly<Record<string, string>>
}
