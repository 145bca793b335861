import { toHex } from '@interlock/kernel'

/** Thrown by the walk when a byte is not what it must be; caught where the walk begins. */
export class Unaccounted extends Error {}

/** Takes bytes from the front, one after the other; nothing is skipped. */
export type Walker = {
  readonly take: (count: number) => Uint8Array
  readonly number: (count: number) => number
  readonly expect: (hex: string) => void
  /** The next byte in hex, which is not taken; `undefined` at the end. */
  readonly peek: () => string | undefined
  readonly end: () => void
}

export function walker(bytes: Uint8Array): Walker {
  let at = 0
  const take = (count: number): Uint8Array => {
    if (at + count > bytes.length) throw new Unaccounted()
    return bytes.subarray(at, (at += count))
  }
  return {
    take,
    number: (count) => take(count).reduce((value, byte) => value * 256 + byte, 0),
    expect(hex) {
      if (toHex(take(hex.length / 2)) !== hex) throw new Unaccounted()
    },
    peek: () => (at < bytes.length ? toHex(bytes.subarray(at, at + 1)) : undefined),
    end() {
      if (at !== bytes.length) throw new Unaccounted()
    },
  }
}

/** A BER length, in its shortest form. */
export function lengthAt(at: Walker): number {
  const first = at.number(1)
  if (first < 0x80) return first
  if (first !== 0x81 && first !== 0x82) throw new Unaccounted()
  const length = at.number(first - 0x80)
  if (length < (first === 0x81 ? 0x80 : 0x100)) throw new Unaccounted()
  return length
}
