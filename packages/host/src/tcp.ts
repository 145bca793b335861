import { connect, type Socket } from 'node:net'
import { Fault } from '@interlock/kernel'

const connectMillisMax = 5_000

/** @throws Fault `PeerUnavailable` */
export async function connectTcp(host: string, port: number): Promise<Socket> {
  const socket = connect({ host, port })
  await new Promise<void>((resolve, reject) => {
    const fail = (cause?: unknown): void => {
      clearTimeout(timer)
      socket.destroy()
      reject(new Fault('PeerUnavailable', `no connection to ${host}:${port}`, { cause }))
    }
    const timer = setTimeout(fail, connectMillisMax)
    socket.once('error', fail)
    socket.once('connect', () => {
      clearTimeout(timer)
      socket.off('error', fail)
      resolve()
    })
  })
  return socket
}
