import { assert } from '@interlock/kernel'

/**
 * What the metering front end says of the mains voltage, in packets of package host: u8 version | u32 number |
 * i16 a sample, in counts of its converter. Big-endian. Numbers ascend by one: what is missing shows.
 */
export type SampleBlock = { readonly number: number; readonly counts: Int16Array }

const version = 1
const headBytes = 5
const sampleBytes = 2
export const samplesMax = 500
export const blockBytesMax = headBytes + sampleBytes * samplesMax

export function encodeSampleBlock({ number, counts }: SampleBlock): Uint8Array {
  assert(counts.length <= samplesMax, 'a block is short')
  const view = new DataView(new ArrayBuffer(headBytes + sampleBytes * counts.length))
  view.setUint8(0, version)
  view.setUint32(1, number)
  counts.forEach((count, at) => view.setInt16(headBytes + sampleBytes * at, count))
  return new Uint8Array(view.buffer)
}

/** `undefined` when it is no block. */
export function decodeSampleBlock(bytes: Uint8Array): SampleBlock | undefined {
  const length = bytes.length - headBytes
  const isWhole = length > 0 && length % sampleBytes === 0 && bytes.length <= blockBytesMax
  if (!isWhole || bytes[0] !== version) return undefined
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  const counts = new Int16Array(length / sampleBytes)
  for (let at = 0; at < counts.length; at += 1)
    counts[at] = view.getInt16(headBytes + sampleBytes * at)
  return { number: view.getUint32(1), counts }
}
