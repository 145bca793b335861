import { fromHex } from '@interlock/kernel'

/** BER lengths in their shortest form, the only one accepted. */
export function berLength(length: number): Uint8Array {
  if (length < 0x80) return Uint8Array.of(length)
  if (length < 0x100) return Uint8Array.of(0x81, length)
  return Uint8Array.of(0x82, length >> 8, length & 0xff)
}

/** The length at `at` and where its content begins; `undefined` unless it is in shortest form. */
export function readBerLength(
  bytes: Uint8Array,
  at: number,
): { readonly length: number; readonly next: number } | undefined {
  const first = bytes[at]
  if (first === undefined) return undefined
  if (first < 0x80) return { length: first, next: at + 1 }
  const high = bytes[at + 1]
  if (first === 0x81 && high !== undefined && high >= 0x80) return { length: high, next: at + 2 }
  const low = bytes[at + 2]
  if (first !== 0x82 || high === undefined || high === 0 || low === undefined) return undefined
  return { length: (high << 8) | low, next: at + 3 }
}

/** The same as {@link berLength}, but in two bytes from 128 on: so published answers are written. */
export const twoByteLength = (length: number): Uint8Array =>
  length < 0x80 ? Uint8Array.of(length) : Uint8Array.of(0x82, length >> 8, length & 0xff)

/** A length as {@link twoByteLength} writes it and {@link berLength} does not. */
export function readTwoByteLength(
  bytes: Uint8Array,
  at: number,
): { readonly length: number; readonly next: number } | undefined {
  const low = bytes[at + 2] ?? 0
  return bytes[at] === 0x82 && bytes[at + 1] === 0 && low >= 0x80
    ? { length: low, next: at + 3 }
    : undefined
}

/** The content of a DER integer that is not negative: shortest form, its first bit clear. */
export function derInteger(value: bigint): Uint8Array {
  const hex = value.toString(16)
  const even = hex.padStart(hex.length + (hex.length % 2), '0')
  const bytes = fromHex(even) ?? new Uint8Array()
  return (bytes[0] ?? 0) < 0x80 ? bytes : Uint8Array.of(0, ...bytes)
}
