/** Collects what is printed while `run` runs, as text and as the entries of the log. */
export async function capturedLog<T>(run: () => Promise<T>): Promise<{
  result: T
  text: string
  entries: readonly Record<string, unknown>[]
}> {
  const written: string[] = []
  const spy = jest
    .spyOn(process.stdout, 'write')
    .mockImplementation((chunk) => written.push(String(chunk)) > 0)
  try {
    const result = await run()
    const text = written.join('')
    return {
      result,
      text,
      entries: text
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line)),
    }
  } finally {
    spy.mockRestore()
  }
}
