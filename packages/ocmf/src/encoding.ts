import { fromBase64, fromHex } from '@interlock/kernel'

/** Bytes of hex or base64, with white space wherever a maker has put it. */
export function bytesOf(text: string): Uint8Array | undefined {
  const dense = text.replaceAll(/\s/g, '')
  if (dense === '') return undefined
  return fromHex(dense) ?? fromBase64(dense)
}
