import type { Duplex } from 'node:stream'
import { limits } from '@interlock/contract'
import { Fault, type Activity, type Clock } from '@interlock/kernel'
import type { SerialConfig } from '../config.ts'
import type { Running } from '../deps.ts'
import { acceptFrames, introduceFrames, isUnsent, type FrameSocket } from '../frame-socket.ts'
import type { Log } from '../log.ts'
import { systemEntropy } from '../node-crypto.ts'
import { keepConnected } from '../retry.ts'
import { closeLine, openSerialDevice } from './device.ts'
import { createLineStreams } from './line-streams.ts'

const retryMillisMax = 10_000
const bitsPerByte = 10
/** Longest time a frame may take on the line: half of what a message of the local link may. */
const frameSeconds = limits.linkMessageLifetimeMillis / 2_000

type SerialOptions = {
  readonly serial: SerialConfig
  readonly activity: Activity
  readonly log: Log
}

/**
 * The requests and answers of `listenFrames` over a serial line. A device that is not there, or goes, is
 * opened again for as long as this runs.
 */
export function listenSerial(
  options: SerialOptions & {
    readonly wall: Clock
    readonly accept: (socket: FrameSocket) => void
  },
): Running {
  const { serial, activity, log, wall, accept } = options
  let line: Duplex | undefined
  const keeping = keepConnected({
    label: `serial/${serial.device}`,
    clock: wall,
    entropy: systemEntropy,
    log,
    maxMillis: retryMillisMax,
    async connect() {
      const opened = await openSerialDevice(serial)
      line = opened
      const about = { remote: serial.device, activity, log }
      const streams = createLineStreams(opened, log, (stream) =>
        acceptFrames(stream, about, (socket) => accept(bounded(socket, serial))),
      )
      streams.begin()
      return { closed: new Promise<void>((resolve) => opened.once('close', resolve)) }
    },
  })
  return {
    async close() {
      await keeping.close()
      if (line !== undefined) await closeLine(line)
    },
  }
}

/**
 * The requests and answers of `connectFrames` over a serial line. Whether anybody is at its other end
 * shows with the first request.
 * @throws Fault `SerialUnavailable`
 */
export async function connectSerial(options: SerialOptions): Promise<FrameSocket> {
  const { serial, activity, log } = options
  const line = await openSerialDevice(serial)
  const name = systemEntropy.below(2 ** 32)
  const stream = createLineStreams(line, log).open(name)
  // What the stream has to say at its end is written before the device is closed.
  stream.once('close', () => void closeLine(line))
  return bounded(introduceFrames(stream, { remote: serial.device, activity, log }), serial)
}

/**
 * A frame that would be too old when it arrives is not sent; what is short enough still is. Where an answer
 * does not come something was lost, and the two begin anew.
 */
function bounded(socket: FrameSocket, { baudRate, device }: SerialConfig): FrameSocket {
  const bytesMax = Math.floor((baudRate / bitsPerByte) * frameSeconds)
  return {
    ...socket,
    async request(bytes, timeoutMillis) {
      if (bytes.length > bytesMax) {
        const words = `${device}: ${bytes.length} bytes take too long at ${baudRate} baud`
        throw new Fault('FrameUnsent', words)
      }
      try {
        return await socket.request(bytes, timeoutMillis)
      } catch (error) {
        if (!isUnsent(error)) socket.close()
        throw error
      }
    },
  }
}
