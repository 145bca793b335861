import { toBase64Url, type Crypto } from '@interlock/kernel'

/**
 * What the simulated controller can tell of a firmware image. The first line of one of ours is
 * `INTERLOCK-FIRMWARE <model> <version>`; an image without that line is taken for what its maker's
 * signature says it is, and named by its hash.
 */
export type Image = { readonly version: string }

const header = /^INTERLOCK-FIRMWARE ([^\s]{1,40}) ([A-Za-z0-9.+-]{1,40})\r?\n/
const headerBytesMax = 128
export const imageModel = 'simulated-charger'

/** `undefined` when it is not an image for this machine: empty, or for another model. */
export function readImage(content: Uint8Array, crypto: Crypto): Image | undefined {
  if (content.length === 0) return undefined
  const start = Array.from(content.subarray(0, headerBytesMax), (byte) =>
    String.fromCharCode(byte),
  ).join('')
  const [, model, version] = header.exec(start) ?? []
  if (model !== undefined && version !== undefined)
    return model === imageModel ? { version } : undefined
  if (start.startsWith('INTERLOCK-FIRMWARE')) return undefined
  return { version: toBase64Url(crypto.sha256(content)).slice(0, 16) }
}
