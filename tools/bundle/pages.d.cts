import type { Plugin } from 'esbuild'

export function buildPages(): typeof import('../../pages/built-pages.ts')
export const pages: Plugin
