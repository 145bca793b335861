import { crc32 } from 'node:zlib'
import { concat } from '@interlock/kernel'

/**
 * Packets on a line of bytes that may lose, repeat or invent some: contents and their CRC-32, stuffed so that no
 * zero is left (COBS, Cheshire and Baker 1999), between two zeros. Whatever the line did, the next zero
 * is where a reader finds its place again. The checksum finds accidents; against forgery it is worth nothing.
 */
const crcBytes = 4
/** A code says where the next zero was; the greatest says that 254 bytes had none. */
const runMax = 254

export function packet(contents: Uint8Array): Uint8Array {
  const crc = new DataView(new ArrayBuffer(crcBytes))
  crc.setUint32(0, crc32(contents))
  const stuffed = stuff(concat(contents, new Uint8Array(crc.buffer)))
  return concat(Uint8Array.of(0), stuffed, Uint8Array.of(0))
}

export type PacketReader = {
  /** Contents of the packets that are whole and true now. */
  push(chunk: Uint8Array): readonly Uint8Array[]
  /** Stretches between zeros that were no packet, so far. */
  readonly spoilt: number
}

/** What is longer than `bytesMax` could need is dropped as it comes, up to the next zero. */
export function createPacketReader(bytesMax: number): PacketReader {
  const whole = bytesMax + crcBytes
  const held = new Uint8Array(whole + Math.floor(whole / runMax) + 1)
  let length = 0
  let isTooLong = false
  let spoilt = 0

  const endStretch = (): Uint8Array | undefined => {
    const contents = isTooLong ? undefined : opened(held.subarray(0, length), bytesMax)
    if (contents === undefined && (isTooLong || length > 0)) spoilt += 1
    length = 0
    isTooLong = false
    return contents
  }
  return {
    push(chunk) {
      const contents: Uint8Array[] = []
      for (const byte of chunk) {
        if (byte === 0) {
          const packet = endStretch()
          if (packet !== undefined) contents.push(packet)
        } else if (length === held.length) isTooLong = true
        else held[length++] = byte
      }
      return contents
    },
    get spoilt() {
      return spoilt
    },
  }
}

function opened(stretch: Uint8Array, bytesMax: number): Uint8Array | undefined {
  const bytes = unstuff(stretch)
  const length = (bytes?.length ?? 0) - crcBytes
  if (bytes === undefined || length < 0 || length > bytesMax) return undefined
  const contents = bytes.slice(0, -crcBytes)
  const crc = new DataView(bytes.buffer, bytes.byteOffset).getUint32(contents.length)
  return crc === crc32(contents) ? contents : undefined
}

function stuff(bytes: Uint8Array): Uint8Array {
  const out = new Uint8Array(bytes.length + Math.floor(bytes.length / runMax) + 1)
  let [codeAt, at] = [0, 1]
  const endRun = (): void => {
    out[codeAt] = at - codeAt
    codeAt = at
    at += 1
  }
  for (const byte of bytes) {
    // A run without a zero ends only when another byte follows it.
    if (at - codeAt > runMax) endRun()
    if (byte === 0) endRun()
    else out[at++] = byte
  }
  out[codeAt] = at - codeAt
  return out.subarray(0, at)
}

function unstuff(stretch: Uint8Array): Uint8Array | undefined {
  const out: number[] = []
  let at = 0
  while (at < stretch.length) {
    const code = stretch[at] ?? 0
    const next = at + code
    if (code === 0 || next > stretch.length) return undefined
    for (let index = at + 1; index < next; index += 1) out.push(stretch[index] ?? 0)
    if (code <= runMax && next < stretch.length) out.push(0)
    at = next
  }
  return Uint8Array.from(out)
}
