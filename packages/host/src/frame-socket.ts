import { createServer, type Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { limits } from '@interlock/contract'
import { Fault, toHex, type Activity } from '@interlock/kernel'
import type { ListenConfig } from './config.ts'
import type { Running } from './deps.ts'
import { createFrameReader, frame, frameKinds, type Frame } from './frame-codec.ts'
import { listenFault } from './http-server.ts'
import type { Log } from './log.ts'
import { systemEntropy } from './node-crypto.ts'
import { createPlaces } from './places.ts'
import { closeLine } from './serial/device.ts'
import { connectTcp } from './tcp.ts'

/** Requests and answers, both ways, over one connection inside a home: TCP, or a stream of a serial line. */
export type FrameSocket = {
  /**
   * @throws Fault `PeerUnavailable` when there is no answer in time or the connection closes: the peer may have heard
   * it; `FrameUnsent` when nothing of it has left
   */
  request(bytes: Uint8Array, timeoutMillis?: number): Promise<Uint8Array>
  /** Replaces the one who answers. */
  onRequest(answer: (bytes: Uint8Array) => Promise<Uint8Array> | Uint8Array): void
  onClose(listener: () => void): void
  close(): void
  /** It has proven who it is: it stays, whoever else comes to a listener that is full. */
  keep(): void
  readonly remote: string
}

/** The peer has heard nothing of it, and what comes after it may be heard. */
export const isUnsent = (error: unknown): boolean =>
  error instanceof Fault && error.code === 'FrameUnsent'

const socketsMax = 64
const requestsMax = 64
const earlyMax = 16
const introductionMillisMax = 5_000
export const requestMillisDefault = 10_000
const bufferedBytesMax = 4 * limits.linkFrameBytesMax
const socketIdBytes = 16

/** @throws Fault `PortTaken` */
export async function listenFrames(options: {
  listen: ListenConfig
  activity: Activity
  log: Log
  accept: (socket: FrameSocket) => void
}): Promise<Running & { port: number }> {
  const { listen, activity, log } = options
  const open = new Set<Socket>()
  const places = createPlaces(socketsMax)
  const server = createServer((socket) => {
    const place = places.take(socket.remoteAddress ?? '', () => socket.destroy())
    if (place === undefined) return void socket.destroy()
    open.add(socket)
    socket.setNoDelay(true)
    socket.once('close', () => {
      open.delete(socket)
      place.free()
    })
    const about = { remote: remoteOf(socket), activity, log, keep: () => place.keep() }
    acceptFrames(socket, about, options.accept)
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause) => reject(listenFault(cause, listen.host, listen.port)))
    server.listen(listen.port, listen.host, resolve)
  })
  const address = server.address()
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    async close() {
      const ended = new Promise<void>((resolve) => server.close(() => resolve()))
      for (const socket of open) socket.destroy()
      await ended
    },
  }
}

/** @throws Fault `PeerUnavailable` */
export async function connectFrames(options: {
  host: string
  port: number
  activity: Activity
  log: Log
}): Promise<FrameSocket> {
  const { host, port, activity, log } = options
  const socket = await connectTcp(host, port)
  socket.setNoDelay(true)
  return introduceFrames(socket, { remote: remoteOf(socket), activity, log })
}

const remoteOf = ({ remoteAddress = '', remotePort = 0 }: Socket): string =>
  `${remoteAddress}:${remotePort}`

type About = {
  readonly remote: string
  readonly activity: Activity
  readonly log: Log
  /** What {@link FrameSocket} says to its listener, where that has places. */
  readonly keep?: () => void
}

/** The listener's side of a stream: whoever does not introduce itself in time is gone. */
export function acceptFrames(
  stream: Duplex,
  about: About,
  accept: (socket: FrameSocket) => void,
): void {
  const connection = createConnection(stream, 'listener', about)
  const timer = setTimeout(() => stream.destroy(), introductionMillisMax)
  stream.once('close', () => clearTimeout(timer))
  connection.introduced(() => {
    clearTimeout(timer)
    accept(connection.socket)
  })
}

/** The connector's side of a stream. */
export function introduceFrames(stream: Duplex, about: About): FrameSocket {
  const id = systemEntropy.bytes(socketIdBytes)
  stream.write(frame(0, frameKinds.introduction, id))
  const connection = createConnection(stream, 'connector', about)
  connection.named(id)
  return connection.socket
}

type Side = 'listener' | 'connector'
const other = { listener: 'connector', connector: 'listener' } as const

function createConnection(
  socket: Duplex,
  side: Side,
  { remote, activity, log, keep = () => {} }: About,
) {
  const waiting = new Map<number, { settle(answer: Uint8Array | Fault): void }>()
  const early: Frame[] = []
  let name = ''
  let answerer: ((bytes: Uint8Array) => Promise<Uint8Array> | Uint8Array) | undefined
  let whenIntroduced = (): void => {}
  let nextId = 1
  let handling = 0

  const keyOf = (from: Side, id: number): string => `frame/${name}/${from}/${id}`
  const send = (id: number, kind: Frame['kind'], bytes: Uint8Array): void => {
    if (!socket.destroyed) socket.write(frame(id, kind, bytes))
  }
  const broken = (detail: string): void => {
    log.warn({ remote, detail }, 'frame connection closed')
    socket.destroy()
  }

  const serve = async ({ id, bytes }: Frame): Promise<void> => {
    handling += 1
    try {
      if (answerer !== undefined) send(id, frameKinds.answer, await answerer(bytes))
    } catch (error) {
      // The other side runs into its timeout: a frame has no way to say that something broke.
      log.error({ remote, error }, 'the answer to a frame broke')
    } finally {
      handling -= 1
    }
  }

  const receive = (each: Frame): void => {
    if (name === '') {
      if (each.kind !== frameKinds.introduction || each.bytes.length !== socketIdBytes) {
        return broken('the first frame is not an introduction')
      }
      name = toHex(each.bytes)
      return whenIntroduced()
    }
    if (each.kind === frameKinds.answer) {
      const asked = waiting.get(each.id)
      if (asked === undefined) log.warn({ remote, id: each.id }, 'an answer nobody waits for')
      else asked.settle(each.bytes)
    } else if (each.kind === frameKinds.request) {
      if (handling >= requestsMax) return broken('too many requests at once')
      if (socket.writableLength > bufferedBytesMax) return broken('it does not read')
      if (answerer !== undefined) {
        void activity.within(keyOf(other[side], each.id), () => serve(each))
      } else if (early.push(each) > earlyMax) broken('too many requests too early')
    } else broken('a second introduction')
  }

  const reader = createFrameReader(limits.linkFrameBytesMax)
  socket.on('error', () => {})
  socket.on('data', (chunk: Buffer) => {
    const read = reader(chunk)
    if (!read.ok) return broken(read.reason)
    for (const each of read.value) if (!socket.destroyed) receive(each)
  })
  socket.on('close', () => {
    for (const each of waiting.values()) {
      each.settle(new Fault('PeerUnavailable', `${remote} closed the connection`))
    }
  })

  const frameSocket: FrameSocket = {
    remote,
    request(bytes, timeoutMillis = requestMillisDefault) {
      if (bytes.length > limits.linkFrameBytesMax) {
        return Promise.reject(new TypeError(`a frame holds ${limits.linkFrameBytesMax} bytes`))
      }
      if (socket.destroyed) {
        return Promise.reject(new Fault('FrameUnsent', `${remote} is not connected`))
      }
      if (waiting.size >= requestsMax) {
        return Promise.reject(new Fault('FrameUnsent', `${remote}: too many requests waiting`))
      }
      const id = nextId
      nextId = nextId >= 0xffff_ffff ? 1 : nextId + 1
      const done = activity.begin(keyOf(side, id))
      return new Promise((resolve, reject) => {
        const settle = (answer: Uint8Array | Fault): void => {
          clearTimeout(timer)
          waiting.delete(id)
          if (answer instanceof Fault) reject(answer)
          else resolve(answer)
          done()
        }
        const timer = setTimeout(
          () => settle(new Fault('PeerUnavailable', `${remote}: no answer in ${timeoutMillis} ms`)),
          timeoutMillis,
        )
        waiting.set(id, { settle })
        send(id, frameKinds.request, bytes)
      })
    },
    onRequest(answer) {
      answerer = answer
      for (const each of early.splice(0)) receive(each)
    },
    onClose(listener) {
      if (socket.destroyed) listener()
      else socket.once('close', listener)
    },
    // Whoever does not read cannot hold it open.
    close: () => void closeLine(socket),
    keep,
  }
  return {
    socket: frameSocket,
    introduced(listener: () => void): void {
      whenIntroduced = listener
    },
    named(id: Uint8Array): void {
      name = toHex(id)
    },
  }
}
