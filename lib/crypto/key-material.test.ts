import { newKeyPair, newSecret } from './key-material.ts'

describe('the id of a key', () => {
  it('never begins with a dash, because it is typed on a command line', async () => {
    // One in 64 random ids would. 600 random ids would all pass in fewer than one of 10,000 runs.
    const kids: string[] = []
    while (kids.length < 600) {
      const made = await Promise.all(Array.from({ length: 50 }, () => newKeyPair(0, 512)))
      kids.push(...made.map(({ kid }) => kid))
    }
    expect(kids.filter((kid) => kid.startsWith('-'))).toEqual([])
    expect(newSecret(0).kid).toMatch(/^[\da-f]{12}$/)
  })
})
