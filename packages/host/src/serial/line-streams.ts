import { Duplex } from 'node:stream'
import { limits } from '@interlock/contract'
import { concat } from '@interlock/kernel'
import type { Log } from '../log.ts'
import { createPacketReader, packet } from './packet-codec.ts'

/**
 * Connections over a line that knows none, in packets (`packet-codec.ts`): u32 stream | u32 number | u8 kind |
 * bytes, big-endian. A packet that is missing, or there twice, ends its stream at both ends, as a cut ends a
 * TCP connection: what is above a stream sees the bytes as they were sent, in order, or its end.
 */
const kinds = {
  open: 1,
  data: 2,
  /** This stream is over. */
  end: 3,
  /** The sender has just begun: whatever stream there was before is over. */
  begun: 4,
} as const
type Kind = (typeof kinds)[keyof typeof kinds]
const headBytes = 9
/** Of data; small, so that what a disturbance spoils is small. */
const dataBytesMax = 1_024
const streamsMax = 8
/** What a stream holds that nobody reads. */
const unreadBytesMax = 2 * limits.linkFrameBytesMax
/** What waits for the line. */
const unsentBytesMax = 4 * limits.linkFrameBytesMax

export type LineStreams = {
  /** @throws RangeError when there is a stream of that number */
  open(stream: number): Duplex
  /** Tells the other end that all there was is over. */
  begin(): void
}

/**
 * @param line of bytes; when it closes, every stream does
 * @param accept given each stream that the other end opens; without it none is
 */
export function createLineStreams(line: Duplex, log: Log, accept?: (stream: Duplex) => void) {
  const streams = new Map<number, LineStream>()
  const reader = createPacketReader(headBytes + dataBytesMax)
  let spoilt = 0

  const write = (bytes: Uint8Array, done: () => void = () => {}): void => {
    if (line.destroyed) return done()
    // Whoever is told nothing for so long is cut off; what else waits here is small.
    if (line.writableLength > unsentBytesMax) line.destroy()
    else line.write(bytes, () => done())
  }
  const add = (name: number): LineStream => {
    const stream: LineStream = new LineStream(name, write, () => streams.delete(name))
    streams.set(name, stream)
    return stream
  }
  const take = (name: number): void => {
    streams.get(name)?.destroy()
    // Of whoever opens and says no more: the one that was heard longest ago has to go.
    const quiet = [...streams.values()].toSorted((a, b) => a.heardAt - b.heardAt)
    for (const each of quiet.slice(0, Math.max(0, streams.size - streamsMax + 1))) each.destroy()
    accept?.(add(name))
  }
  const receive = (contents: Uint8Array): void => {
    if (contents.length < headBytes) return
    const view = new DataView(contents.buffer, contents.byteOffset, headBytes)
    const [name, number, kind] = [view.getUint32(0), view.getUint32(4), view.getUint8(8)]
    if (kind === kinds.begun) for (const each of streams.values()) each.over()
    else if (kind === kinds.open && accept !== undefined) take(name)
    else if (kind === kinds.end) streams.get(name)?.over()
    else if (kind === kinds.data) {
      const stream = streams.get(name)
      if (stream === undefined) write(packet(headOf(name, 0, kinds.end)))
      else stream.hear(number, contents.subarray(headBytes))
    }
  }

  line.on('data', (chunk: Buffer) => {
    for (const contents of reader.push(chunk)) receive(contents)
    // Noise may go on for hours: it is told when it begins to double.
    if (reader.spoilt >= Math.max(1, 2 * spoilt)) {
      spoilt = reader.spoilt
      log.warn({ spoilt }, 'a line carries what is no packet')
    }
  })
  line.on('error', () => {})
  line.once('close', () => {
    for (const each of streams.values()) each.over()
  })
  const result: LineStreams = {
    open(name) {
      if (streams.has(name)) throw new RangeError(`stream ${name} is open`)
      write(packet(headOf(name, 0, kinds.open)))
      return add(name)
    },
    begin: () => write(packet(headOf(0, 0, kinds.begun))),
  }
  return result
}

const headOf = (stream: number, number: number, kind: Kind): Uint8Array => {
  const head = new DataView(new ArrayBuffer(headBytes))
  head.setUint32(0, stream)
  head.setUint32(4, number)
  head.setUint8(8, kind)
  return new Uint8Array(head.buffer)
}

class LineStream extends Duplex {
  /** When something was last heard on it. */
  heardAt = performance.now()
  readonly #name: number
  readonly #send: (bytes: Uint8Array, done?: () => void) => void
  readonly #forget: () => void
  #sent = 0
  #heard = 0
  #isOver = false

  constructor(
    name: number,
    send: (bytes: Uint8Array, done?: () => void) => void,
    forget: () => void,
  ) {
    super()
    this.#name = name
    this.#send = send
    this.#forget = forget
  }

  /** The other end says, or shows by its silence, that this is over: it is not told. */
  over(): void {
    this.#isOver = true
    this.destroy()
  }

  hear(number: number, bytes: Uint8Array): void {
    this.heardAt = performance.now()
    const isNext = number === this.#heard
    this.#heard = (this.#heard + 1) >>> 0
    if (!isNext || this.readableLength > unreadBytesMax) this.destroy()
    else this.push(bytes)
  }

  override _read(): void {}

  override _write(chunk: Buffer, _: BufferEncoding, done: () => void): void {
    const packets: Uint8Array[] = []
    for (let at = 0; at < chunk.length; at += dataBytesMax) {
      const head = headOf(this.#name, this.#sent, kinds.data)
      packets.push(packet(concat(head, chunk.subarray(at, at + dataBytesMax))))
      this.#sent = (this.#sent + 1) >>> 0
    }
    this.#send(concat(...packets), done)
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#forget()
    if (!this.#isOver) this.#send(packet(headOf(this.#name, 0, kinds.end)))
    done(error)
  }
}
