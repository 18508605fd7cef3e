import { resolve } from 'node:path'

/** Node keeps compiled code there. The framework takes seconds to compile, and many tests start it. */
export const compiled = { NODE_COMPILE_CACHE: resolve('node_modules/.cache/compiled') } as const

/** For a start of the framework itself. It neither looks for news nor reports usage, which takes time. */
export const framework = { ...compiled, SLS_NOTIFICATIONS_MODE: 'off', SLS_TELEMETRY_DISABLED: '1' } as const
