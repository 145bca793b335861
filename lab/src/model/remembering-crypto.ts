import type { NodeCrypto } from '@interlock/host'
import type { PublicKey } from '@interlock/kernel'

const entriesMax = 100_000

/**
 * The real cryptography, asked once for the same bytes. An exploration meets the same few messages
 * again and again: a signature over other bytes is verified anew.
 */
export function rememberingCrypto(crypto: NodeCrypto): NodeCrypto {
  const keyNames = new WeakMap<object, string>()
  const nameOf = (key: PublicKey): string => {
    const known = keyNames.get(key) ?? latin(key.spki)
    keyNames.set(key, known)
    return known
  }
  const verify = remember((of: Parameters<NodeCrypto['verify']>) => crypto.verify(...of))
  const sign = remember((of: Parameters<NodeCrypto['sign']>) => crypto.sign(...of))
  const agree = remember((of: Parameters<NodeCrypto['agree']>) => crypto.agree(...of))
  const publicKey = remember((of: [Uint8Array]) => crypto.publicKey(...of))
  return {
    ...crypto,
    verify: (key, data, signature) =>
      verify(`${nameOf(key)}|${latin(signature)}|${latin(data)}`, [key, data, signature]),
    sign: (key, data) => sign(`${nameOf(key.publicKey)}|${latin(data)}`, [key, data]),
    agree: (key, peer) => agree(`${nameOf(key.publicKey)}|${nameOf(peer)}`, [key, peer]),
    publicKey: (spki) => publicKey(latin(spki), [spki]),
  }
}

const latin = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1')

function remember<Of, Result>(compute: (of: Of) => Result): (key: string, of: Of) => Result {
  const known = new Map<string, { readonly result: Result }>()
  return (key, of) => {
    const found = known.get(key)
    if (found !== undefined) return found.result
    const result = compute(of)
    if (known.size >= entriesMax) known.clear()
    known.set(key, { result })
    return result
  }
}
