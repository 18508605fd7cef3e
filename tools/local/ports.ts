import { randomInt } from 'node:crypto'
import { createServer } from 'node:net'

/** A port of this machine that nothing listens on; below those of outgoing connections, or one might take it meanwhile. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(20_000, 30_000)
    if (await isFree(port)) return port
  }
}

/** Whether a server could listen here, on either of the addresses that `localhost` may mean. */
export async function isFree(port: number): Promise<boolean> {
  const canListen = (host: string) =>
    new Promise<boolean>((resolve) => {
      const server = createServer().once('error', (error: NodeJS.ErrnoException) =>
        resolve(error.code !== 'EADDRINUSE'),
      )
      server.listen(port, host, () => server.close(() => resolve(true)))
    })
  return (await canListen('127.0.0.1')) && (await canListen('::1'))
}

/** @throws a sentence that tells how to choose another port. */
export async function checkFree(port: number, another: string): Promise<void> {
  if (await isFree(port)) return
  throw new Error(`Port ${port} is in use: end what listens there, or choose another with ${another}`)
}
