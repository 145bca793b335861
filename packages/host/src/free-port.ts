import { createServer } from 'node:net'
import { Fault } from '@interlock/kernel'
import { errorCode } from './disk-fault.ts'
import { systemEntropy } from './node-crypto.ts'

/**
 * Below the range that the system hands to outgoing connections, so that a server that was stopped finds
 * its port free again.
 */
const range = { from: 12_000, to: 32_000 } as const
const drawsMax = 100
export const drawPort = (): number => range.from + systemEntropy.below(range.to - range.from)

/**
 * A port of that host that nobody listens on: the one asked for, or any.
 * @throws Fault `PortTaken` when the one asked for is not free
 */
export async function freePort(host: string, wanted?: number): Promise<number> {
  for (let draw = 1; ; draw += 1) {
    const port = wanted ?? drawPort()
    try {
      await tryPort(host, port)
      return port
    } catch (cause) {
      if (wanted !== undefined || draw === drawsMax) throw portFault(host, port, cause)
    }
  }
}

function tryPort(host: string, port: number): Promise<void> {
  const server = createServer()
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen({ host, port, exclusive: true }, () => server.close(() => resolve()))
  })
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
