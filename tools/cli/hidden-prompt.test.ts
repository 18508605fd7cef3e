import { PassThrough } from 'node:stream'
import { ask } from './hidden-prompt.ts'

function terminal() {
  const [input, output] = [new PassThrough(), new PassThrough()]
  let shown = ''
  output.on('data', (chunk) => {
    shown += chunk
  })
  return { input, output, shown: () => shown }
}

describe('a question', () => {
  it('whose answer is hidden shows only itself, whatever is typed or corrected', async () => {
    const { input, output, shown } = terminal()
    const answer = ask('Client secret: ', { hidden: true, input, output })
    input.write('hunterX')
    input.write('\x7f2\r')
    expect(await answer).toBe('hunter2')
    expect(shown()).toBe('Client secret: \n')
  })

  it('whose answer is shown shows it', async () => {
    const { input, output, shown } = terminal()
    const answer = ask('Path: ', { hidden: false, input, output })
    input.write('key.p8\r')
    expect(await answer).toBe('key.p8')
    expect(shown()).toContain('key.p8')
  })

  it.each([
    ['Ctrl-C', '\x03'],
    ['Ctrl-D', '\x04'],
  ])('that is cancelled with %s changes nothing', async (_, typed) => {
    const { input, output } = terminal()
    const answer = ask('Client secret: ', { hidden: true, input, output })
    input.write(typed)
    await expect(answer).rejects.toThrow('Nothing was changed')
  })
})
