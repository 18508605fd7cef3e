import { createInterface } from 'node:readline'
import { Writable } from 'node:stream'

interface Terminal {
  readonly input: NodeJS.ReadableStream
  readonly output: NodeJS.WritableStream
}

/** Asks for a line in a terminal. A hidden one is not shown, because it would stay on the screen and in recordings of it. */
export async function ask(
  question: string,
  { hidden, input, output }: Terminal & { readonly hidden: boolean },
): Promise<string> {
  output.write(question)
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() })
  const lines = createInterface({ input, output: hidden ? nowhere : output, terminal: true, historySize: 0 })
  try {
    return await new Promise((resolve, reject) => {
      lines.once('line', resolve)
      for (const event of ['SIGINT', 'close'])
        lines.once(event, () => reject(new Error('Nothing was changed')))
    })
  } finally {
    lines.close()
    if (hidden) output.write('\n')
  }
}
