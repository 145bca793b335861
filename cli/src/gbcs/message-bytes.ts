import { fromBase64, fromHex } from '@interlock/kernel'

/**
 * Bytes written as hex or base64, with white space wherever; `undefined` when they are neither. What
 * can be read as both is hex: a message begins with `DF` or `DD`, which no base64 of one does.
 */
export function messageBytes(text: string): Uint8Array | undefined {
  const compact = text.replaceAll(/\s/g, '')
  return compact === '' ? undefined : (fromHex(compact) ?? fromBase64(compact))
}

/** Why `text` is no message, as a sentence about it. */
export const notBytes = (text: string): string =>
  /^[0-9a-f\s]*[0-9a-f]\s*$/i.test(text)
    ? 'has an odd number of hex digits'
    : 'is neither hex nor base64'
