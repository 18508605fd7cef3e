/** Calls `stop` on a signal to end, and when the parent process or the reader of our output has gone. */
export function onStop(stop: () => void): void {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, stop)
  // npm and its shell pass no signal on. When they end, this process gets another parent.
  const parent = process.ppid
  setInterval(() => process.ppid !== parent && stop(), 300).unref()
  process.stdout.on('error', stop)
}
