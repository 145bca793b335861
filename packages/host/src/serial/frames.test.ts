import { readdirSync, readlinkSync } from 'node:fs'
import { concat, unobserved, utf8 } from '@interlock/kernel'
import { expect, onTestFinished, test } from 'vitest'
import type { FrameSocket } from '../frame-socket.ts'
import { silentLog as log } from '../log.ts'
import { systemClock as wall } from '../system-clock.ts'
import { openSerialDevice } from './device.ts'
import { connectSerial, listenSerial } from './frames.ts'
import { hasTerminals, openCable } from './terminal.fixture.ts'

const baudRate = 115_200
const activity = unobserved
const patience = { timeout: 30_000 }

test.skipIf(!hasTerminals)(
  'requests and answers pass over a serial line, garbage and cuts heal, and no descriptor stays',
  async () => {
    const { cable, first, second } = await openCable()
    const sockets: FrameSocket[] = []
    const listening = listenSerial({
      serial: { device: second.device, baudRate },
      activity,
      log,
      wall,
      accept(socket) {
        sockets.push(socket)
        socket.onRequest((bytes) => concat(utf8('heard '), bytes))
      },
    })
    onTestFinished(() => listening.close())
    const serial = { device: first.device, baudRate } as const
    // The listener may open its device a moment later: nobody answers before.
    const linked = async (): Promise<FrameSocket> => {
      for (;;) {
        const socket = await connectSerial({ serial, activity, log })
        const answer = await socket.request(utf8('hello'), 2_000).catch(() => undefined)
        if (answer !== undefined) return socket
        socket.close()
      }
    }
    const socket = await linked()
    socket.onRequest((bytes) => bytes)
    expect(await sockets.at(-1)?.request(utf8('ping'))).toEqual(utf8('ping'))
    const long = new Uint8Array(50_000).map((_, at) => at)
    expect(await socket.request(long)).toEqual(concat(utf8('heard '), long))
    await expect(socket.request(new Uint8Array(57_601))).rejects.toMatchObject({
      code: 'FrameUnsent',
    })

    second.write(long)
    expect(await socket.request(utf8('after noise'))).toEqual(utf8('heard after noise'))

    const over = new Promise<void>((resolve) => socket.onClose(resolve))
    const asIt = cable.there
    let lost = 0
    cable.there = ({ length }) => {
      lost += length
      return new Uint8Array()
    }
    await expect(socket.request(utf8('into the cut'), 100)).rejects.toThrow()
    await expect.poll(() => lost, patience).toBeGreaterThan(0)
    await over
    cable.there = asIt
    const again = await linked()
    expect(await again.request(utf8('again'))).toEqual(utf8('heard again'))

    again.close()
    await listening.close()
    await expect.poll(() => openOn(first.device, second.device), patience).toEqual([])
  },
)

test.skipIf(!hasTerminals)('a device that is pulled out ends what was on it', async () => {
  const { first } = await openCable()
  const serial = { device: first.device, baudRate } as const
  const socket = await connectSerial({ serial, activity, log })
  const failed = expect(socket.request(utf8('x'))).rejects.toMatchObject({
    code: 'PeerUnavailable',
  })
  await first.unplug()
  await failed
})

test('what is no terminal is no serial line', async () => {
  await expect(openSerialDevice({ device: '/dev/null', baudRate })).rejects.toMatchObject({
    code: 'SerialUnavailable',
  })
  await expect(openSerialDevice({ device: '/dev/no-such', baudRate })).rejects.toMatchObject({
    code: 'SerialUnavailable',
  })
})

/** Descriptors of this process on those devices. */
const openOn = (...devices: readonly string[]): readonly string[] =>
  readdirSync('/proc/self/fd')
    .map((descriptor) => {
      try {
        return readlinkSync(`/proc/self/fd/${descriptor}`)
      } catch {
        return ''
      }
    })
    .filter((path) => devices.includes(path))
