import { spawn } from 'node:child_process'
import { text } from 'node:stream/consumers'

/** Runs a program to its end, while the test itself serves. It sees the given environment and PATH, nothing else. */
export async function run(
  command: string,
  args: readonly string[],
  { env = {}, input = '' }: { env?: Readonly<Record<string, string>>; input?: string } = {},
): Promise<{ readonly status: number | null; readonly stdout: string; readonly stderr: string }> {
  const child = spawn(command, args, { env: { PATH: process.env.PATH, ...env } })
  const status = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject).once('close', resolve)
  })
  child.stdin.end(input)
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)])
  return { status: await status, stdout, stderr }
}
