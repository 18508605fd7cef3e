import { spawn } from 'node:child_process'

/** What one block of commands printed, and its first command that failed. */
export interface Ran {
  readonly stdout: string
  readonly stderr: string
  readonly failed: string
}

/** A bash that keeps functions and variables from block to block, as a user's does. */
export function shell(env: Readonly<Record<string, string>>) {
  const child = spawn('bash', ['--noprofile', '--norc'], { env: { PATH: process.env.PATH, ...env } })
  const said = { stdout: '', stderr: '' }
  const mark = 'THE BLOCK HAS ENDED'
  for (const name of ['stdout', 'stderr'] as const)
    child[name].setEncoding('utf8').on('data', (data: string) => {
      said[name] += data
      turn?.()
    })
  let turn: (() => void) | undefined
  const ended = new Promise<never>((_, reject) => {
    child.once('close', () => reject(new Error(`bash has ended: ${said.stderr}`)))
  })
  ended.catch(() => undefined)
  child.stdin.write(`set -E -o pipefail; trap 'failed=\${failed:-$BASH_COMMAND}' ERR\n`)
  return {
    /** Runs a block to its end. Call it one at a time. */
    async run(block: string): Promise<Ran> {
      said.stdout = ''
      said.stderr = ''
      const isOver = () => [said.stdout, said.stderr].every((text) => text.includes(`${mark}\n`))
      const over = new Promise<void>((resolve) => {
        turn = () => isOver() && resolve()
      })
      child.stdin.write(`failed=\n${block}\nprintf '%s\\n%s\\n' "$failed" '${mark}'; echo '${mark}' >&2\n`)
      await Promise.race([over, ended])
      const [, stdout = '', failed = ''] =
        new RegExp(`^([^]*?)([^\\n]*)\\n${mark}\\n$`).exec(said.stdout) ?? []
      return { stdout, stderr: said.stderr.replace(`${mark}\n`, ''), failed }
    },
    close: () => void child.kill(),
  }
}
