import { connect as connectPlain, type Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { connect as connectTls, createSecureContext, type SecureContext } from 'node:tls'
import { readFrame, textFrame } from './frames.ts'
import type { LoadStation } from './protocol.ts'

/** Where a simulated station connects. */
export type Place = {
  readonly port: number
  /** Absent: plain TCP. PEM of the root that the server's certificate hangs from. */
  readonly rootPem?: string
}

/** One simulated station's connection, as cheap as can be. */
export type Client = {
  send(text: string): void
  /** Cuts the connection with a TCP reset: the server learns of it without a goodbye. */
  abort(): void
}

const host = '127.0.0.1'

/**
 * Connects and upgrades. Rejects when either is refused; `onClose` tells of an end that comes later,
 * whoever brings it about.
 */
export async function connectStation(
  { port, rootPem }: Place,
  station: LoadStation,
  on: { readonly text: (text: string) => void; readonly close: (why: string) => void },
): Promise<Client> {
  const { id } = station
  const tcp = connectPlain({ host, port, noDelay: true })
  const socket: Duplex =
    rootPem === undefined
      ? tcp
      : connectTls({
          socket: tcp,
          secureContext: secureContextOf(station, rootPem),
          checkServerIdentity: () => undefined,
        })
  const failed = endOf(socket, tcp)
  socket.write(
    [
      `GET /ocpp/${id} HTTP/1.1`,
      `Host: ${host}:${port}`,
      'Upgrade: websocket',
      'Connection: Upgrade',
      'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==',
      'Sec-WebSocket-Version: 13',
      'Sec-WebSocket-Protocol: ocpp2.0.1',
      '\r\n',
    ].join('\r\n'),
  )
  const first = await Promise.race([answerHead(socket), failed.then((why) => refused(why))])
  void failed.then(on.close)
  reading(socket, first, on)
  return {
    send: (text) => void socket.write(textFrame(text)),
    abort: () => void tcp.resetAndDestroy(),
  }
}

/** Made once for each station: reading its key costs as much as a handshake. */
const secureContexts = new WeakMap<LoadStation, SecureContext>()

function secureContextOf(station: LoadStation, rootPem: string): SecureContext {
  const made =
    secureContexts.get(station) ??
    createSecureContext({ ca: rootPem, key: station.keyPem, cert: station.chainPem })
  secureContexts.set(station, made)
  return made
}

function refused(why: string): never {
  throw new Error(why)
}

const endOf = (socket: Duplex, tcp: Socket): Promise<string> =>
  new Promise((resolve) => {
    let why = 'the connection ended'
    const onError = (error: Error): void => void (why = error.message)
    socket.on('error', onError)
    tcp.on('error', onError)
    tcp.once('close', () => resolve(why))
  })

function reading(
  socket: Duplex,
  first: Buffer,
  on: { readonly text: (text: string) => void },
): void {
  let pending = first
  const take = (): void => {
    for (let frame = readFrame(pending); frame !== undefined; frame = readFrame(pending)) {
      pending = frame.rest
      if (frame.opcode === 0x9) socket.write(textFrame(frame.payload.toString('latin1'), 0xa))
      else if (frame.opcode === 0x1) on.text(frame.payload.toString())
      else socket.end()
    }
  }
  socket.on('data', (chunk: Buffer) => {
    pending = pending.length === 0 ? chunk : Buffer.concat([pending, chunk])
    take()
  })
  take()
}

/** Reads the HTTP answer to the upgrade; resolves with what came after it. */
const answerHead = (socket: Duplex): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    let head = Buffer.alloc(0)
    const read = (chunk: Buffer): void => {
      head = Buffer.concat([head, chunk])
      const end = head.indexOf('\r\n\r\n')
      if (end < 0) return
      socket.off('data', read)
      const status = head.toString('latin1', 0, end).split('\r\n', 1)[0] ?? ''
      if (!status.startsWith('HTTP/1.1 101')) {
        socket.destroy()
        reject(new Error(status))
      } else resolve(head.subarray(end + 4))
    }
    socket.on('data', read)
  })
