/** Thrown inside the decoder only; `decodePreCommand` turns it into a value. */
export class Unreadable extends Error {
  override readonly name = 'Unreadable'
}

/** Walks bytes from the first to the last; whatever is not exactly as expected is unreadable. */
export class ByteReader {
  readonly #bytes: Uint8Array
  #at = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  get position(): number {
    return this.#at
  }

  get left(): number {
    return this.#bytes.length - this.#at
  }

  take(count: number, what: string): Uint8Array {
    if (count > this.left) throw new Unreadable(`it ends inside ${what}`)
    this.#at += count
    return this.#bytes.subarray(this.#at - count, this.#at)
  }

  u8(what: string): number {
    return this.take(1, what)[0] ?? 0
  }

  u16(what: string): number {
    return (this.u8(what) << 8) | this.u8(what)
  }

  u64(what: string): bigint {
    return this.take(8, what).reduce((value, byte) => (value << 8n) | BigInt(byte), 0n)
  }

  /** Fixed bytes, or unreadable. */
  expect(expected: readonly number[], what: string): void {
    const found = this.take(expected.length, what)
    if (expected.some((byte, i) => byte !== found[i])) throw new Unreadable(`${what} is different`)
  }

  /** A BER length (ITU-T X.690 §8.1.3) in its shortest form. */
  length(what: string): number {
    const first = this.u8(what)
    if (first < 0x80) return first
    if (first === 0x81) {
      const length = this.u8(what)
      if (length >= 0x80) return length
    }
    if (first === 0x82) {
      const length = this.u16(what)
      if (length >= 0x100) return length
    }
    throw new Unreadable(`${what} is not in its shortest form`)
  }
}
