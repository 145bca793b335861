import { createServer, type Server } from 'node:net'

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

const hold = (): Promise<{ server: Server; port: number }> =>
  new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen({ host: '127.0.0.1', port: 0 }, () => {
      const address = server.address()
      if (typeof address === 'object' && address !== null) resolve({ server, port: address.port })
    })
  })

const release = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    server.close(() => resolve())
  })
