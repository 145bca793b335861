import { createServer, type Server } from 'node:net'
import { drawPort, portFault } from '@interlock/host'

/**
 * Free ports of the loopback address, one for each name; held open together until all are known, so
 * that no two names get one port.
 */
export async function freePorts(
  names: readonly string[],
): Promise<Readonly<Record<string, number>>> {
  const held = await Promise.all(names.map(async (name) => ({ name, ...(await hold()) })))
  await Promise.all(held.map(({ server }) => release(server)))
  return Object.fromEntries(held.map(({ name, port }) => [name, port]))
}

const triesMax = 100

async function hold(): Promise<Held> {
  for (let tries = 1; ; tries += 1) {
    const port = drawPort()
    try {
      return await listen(port)
    } catch (cause) {
      if (tries === triesMax) throw portFault('127.0.0.1', port, cause)
    }
  }
}

type Held = { readonly server: Server; readonly port: number }

const listen = (port: number): Promise<Held> =>
  new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen({ host: '127.0.0.1', port, exclusive: true }, () => resolve({ server, port }))
  })

const release = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    server.close(() => resolve())
  })
