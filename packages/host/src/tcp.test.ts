import { createServer, type AddressInfo } from 'node:net'
import { expect, onTestFinished, test, vi } from 'vitest'
import { freePort } from './free-port.ts'
import { connectTcp } from './tcp.ts'

const host = '127.0.0.1'

test('an attempt that is over, well or not, leaves no timer behind; one that takes too long is given up', async () => {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, host, resolve))
  onTestFinished(() => void server.close())
  const { port } = server.address() as AddressInfo
  const nobody = await freePort(host)
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  onTestFinished(() => void vi.useRealTimers())
  await expect(connectTcp(host, nobody)).rejects.toMatchObject({ code: 'PeerUnavailable' })
  expect(vi.getTimerCount()).toBe(0)
  const socket = await connectTcp(host, port)
  expect(vi.getTimerCount()).toBe(0)
  socket.destroy()

  const slow = connectTcp(host, port)
  vi.advanceTimersByTime(5_000)
  await expect(slow).rejects.toMatchObject({ code: 'PeerUnavailable' })
})
