/** Every line that this test file has logged so far. None reaches the terminal. */
const lines: string[] = []
const write = process.stdout.write.bind(process.stdout)

jest.spyOn(process.stdout, 'write').mockImplementation((chunk, ...rest) => {
  if (!String(chunk).startsWith('{"time"')) return write(chunk, ...(rest as []))
  lines.push(String(chunk))
  return true
})

/** What is logged during `run`, as text and as entries. */
export async function capturedLog<T>(
  run: () => Promise<T>,
): Promise<{ result: T; text: string; entries: readonly Record<string, unknown>[] }> {
  const start = lines.length
  const result = await run()
  const logged = lines.slice(start)
  return { result, text: logged.join(''), entries: logged.map((line) => JSON.parse(line)) }
}
