import { resolve } from 'node:path'

/** Node keeps compiled code there. The framework takes seconds to compile, and tests start it some sixty times. */
export const compiled = { NODE_COMPILE_CACHE: resolve('node_modules/.cache/compiled') } as const
