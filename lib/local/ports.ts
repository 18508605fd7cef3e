import { createServer } from 'node:net'

/** A port of this machine that nothing listens on. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number }
      server.close(() => resolve(port))
    })
  })
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
