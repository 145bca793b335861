/** Randomness, an argument everywhere. Only the host's is fit for keys. */
export interface Entropy {
  bytes(length: number): Uint8Array
  /** A whole number, uniform over 0 … limit−1. */
  below(limit: number): number
}

/** A repeatable stream for simulated worlds (xoshiro128**, seeded by text). Never for keys. */
export function seeded(seed: string): Entropy {
  let [a, b, c, d] = seedWords(seed)
  const next = (): number => {
    const result = Math.imul(rotate(Math.imul(b, 5), 7), 9) >>> 0
    const t = b << 9
    c ^= a
    d ^= b
    b ^= c
    a ^= d
    c ^= t
    d = rotate(d, 11)
    return result
  }
  return {
    bytes: (length) => Uint8Array.from({ length }, () => next() >>> 24),
    below: (limit) => Math.floor((next() / 2 ** 32) * limit),
  }
}

const rotate = (value: number, by: number): number => (value << by) | (value >>> (32 - by))

/** Spreads the text over four words (FNV-1a with a different basis each). */
function seedWords(text: string): [number, number, number, number] {
  const word = (basis: number): number => {
    let hash = basis
    for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
    hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d)
    return (hash ^ (hash >>> 13)) | 1
  }
  return [word(0x811c9dc5), word(0x9e3779b9), word(0x85ebca6b), word(0xc2b2ae35)]
}
