import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'

/** A way from one server to another that can be cut. */
export type TcpProxy = {
  readonly port: number
  /** What is open is torn, and nothing comes through. */
  cut(): void
  mend(): void
  close(): Promise<void>
}

export async function openProxy(target: number): Promise<TcpProxy> {
  const open = new Set<Socket>()
  let isCut = false
  const server = createServer((near) => {
    if (isCut) return void near.destroy()
    const far = connect(target, '127.0.0.1')
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      open.add(one)
      // As the servers' own sockets: what is small and answered would otherwise wait for the delayed acknowledgement.
      one.setNoDelay()
      one.on('error', () => other.destroy())
      one.once('close', () => {
        open.delete(one)
        other.destroy()
      })
      one.pipe(other)
    }
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const tear = (): void => {
    for (const socket of open) socket.destroy()
  }
  return {
    port: (server.address() as AddressInfo).port,
    cut() {
      isCut = true
      tear()
    },
    mend: () => void (isCut = false),
    async close() {
      const ended = new Promise<void>((resolve) => server.close(() => resolve()))
      tear()
      await ended
    },
  }
}
