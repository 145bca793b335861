import { concat } from '@interlock/kernel'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createPacketReader, packet } from './packet-codec.ts'

const bytesMax = 600
const anyContents = fc.uint8Array({ maxLength: bytesMax })
const bytes = (...each: number[]) => Uint8Array.from(each)

test('packets survive however the line is cut up, with runs of zeros and without', () => {
  const many = fc.array(fc.oneof(anyContents, fc.constant(new Uint8Array(300))), { maxLength: 4 })
  fc.assert(
    fc.property(many, fc.integer({ min: 1, max: 700 }), (contents, step) => {
      const line = concat(...contents.map(packet))
      const reader = createPacketReader(bytesMax)
      const read: Uint8Array[] = []
      for (let at = 0; at < line.length; at += step)
        read.push(...reader.push(line.subarray(at, at + step)))
      expect(read).toEqual(contents)
      expect(reader.spoilt).toBe(0)
    }),
  )
})

test.each([253, 254, 255, 508, 509])('%d bytes without a zero are one packet', (length) => {
  const contents = new Uint8Array(length).fill(7)
  expect(createPacketReader(bytesMax).push(packet(contents))).toEqual([contents])
})

test('between zeros there is no zero', () => {
  fc.assert(
    fc.property(anyContents, (contents) => {
      expect(packet(contents).subarray(1, -1)).not.toContain(0)
    }),
  )
})

test('garbage before a packet, without a zero at its end, costs that garbage and no packet', () => {
  const garbage = fc.uint8Array({ minLength: 1, maxLength: 3 * bytesMax })
  fc.assert(
    fc.property(garbage, anyContents, (noise, contents) => {
      const read = createPacketReader(bytesMax).push(concat(noise, packet(contents)))
      expect(read.at(-1)).toEqual(contents)
    }),
  )
})

test('every bit that turns over on the line costs its packet and not the next', () => {
  const contents = bytes(1, 0, 2, 0, 0, 255)
  const sent = packet(contents)
  for (let bit = 8; bit < 8 * (sent.length - 1); bit += 1) {
    const spoilt = Uint8Array.from(sent)
    spoilt[bit >> 3] = (spoilt[bit >> 3] ?? 0) ^ (1 << (bit & 7))
    expect(createPacketReader(bytesMax).push(concat(spoilt, packet(bytes(9))))).toEqual([bytes(9)])
  }
})

test('half a packet is none, and is counted when the next begins', () => {
  const reader = createPacketReader(bytesMax)
  const sent = packet(bytes(1, 2, 3))
  expect(reader.push(sent.subarray(0, 4))).toEqual([])
  expect(reader.push(packet(bytes(4)))).toEqual([bytes(4)])
  expect(reader.spoilt).toBe(1)
})

test('what is longer than a packet may be is dropped up to the next zero, however long it is', () => {
  const reader = createPacketReader(bytesMax)
  expect(reader.push(packet(new Uint8Array(bytesMax + 1)))).toEqual([])
  for (let part = 0; part < 100; part += 1)
    expect(reader.push(new Uint8Array(10_000).fill(5))).toEqual([])
  expect(reader.push(packet(new Uint8Array(bytesMax)))).toEqual([new Uint8Array(bytesMax)])
  expect(reader.spoilt).toBe(2)
})
