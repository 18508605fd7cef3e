/** Calls `stop` when whoever started us wants no more of us: a signal, or nobody there any longer. */
export function whenTold(stop: () => void): void {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, stop)
  // npm and its shell pass no signal on; when they are gone, so is whoever started us.
  const parent = process.ppid
  setInterval(() => process.ppid !== parent && stop(), 300).unref()
  // Whoever read our output is gone.
  process.stdout.on('error', stop)
}
