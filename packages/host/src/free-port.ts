import { createServer } from 'node:net'
import { Fault } from '@interlock/kernel'
import { errorCode } from './disk-fault.ts'

/**
 * A port of that host that nobody listens on: the one asked for, or any.
 * @throws Fault `PortTaken` when the one asked for is not free
 */
export async function freePort(host: string, port = 0): Promise<number> {
  const server = createServer()
  try {
    return await new Promise<number>((resolve, reject) => {
      server.once('error', reject)
      server.listen({ host, port, exclusive: true }, () => {
        const address = server.address()
        if (typeof address === 'object' && address !== null) resolve(address.port)
      })
    })
  } catch (cause) {
    throw portFault(host, port, cause)
  } finally {
    server.close()
  }
}

/** A failure to listen, as a Fault that names the port and the remedy. */
export function portFault(host: string, port: number, cause: unknown): Fault {
  if (errorCode(cause) === 'EADDRINUSE')
    return new Fault('PortTaken', `port ${port} of ${host} is taken`, {
      cause,
      remedy: 'stop what listens there, or choose another port',
    })
  if (errorCode(cause) === 'EACCES')
    return new Fault('PortDenied', `port ${port} of ${host} may not be used`, {
      cause,
      remedy: 'choose a port above 1023',
    })
  return new Fault('ListenFailed', `cannot listen on port ${port} of ${host}`, {
    cause,
    remedy: 'check that the address belongs to this machine',
  })
}
