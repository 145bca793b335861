import { assert, concat, readU64, u64 } from '@interlock/kernel'

/** What a settlement meter has counted since it was made. */
export type Registers = { readonly importWattHours: number; readonly exportWattHours: number }

/**
 * What the settlement meter's front end says, in packets of package host: u8 2 (a block of samples has 1) | u32
 * number | u64 import | u64 export, in watt-hours. Big-endian. Numbers ascend, and begin at 0 when it gets power.
 */
export type RegisterReading = Registers & { readonly number: number }

const kind = 2
export const readingBytes = 21

export function encodeReading(reading: RegisterReading): Uint8Array {
  const { number, importWattHours, exportWattHours } = reading
  assert(number >= 0 && number <= 0xffff_ffff, 'a number has 32 bits')
  const head = Uint8Array.of(kind, ...u64(BigInt(number)).subarray(4))
  return concat(head, u64(BigInt(importWattHours)), u64(BigInt(exportWattHours)))
}

/** `undefined` when it is no reading. */
export function decodeReading(bytes: Uint8Array): RegisterReading | undefined {
  if (bytes.length !== readingBytes || bytes[0] !== kind) return undefined
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  const importWattHours = Number(readU64(bytes, 5))
  const exportWattHours = Number(readU64(bytes, 13))
  if (![importWattHours, exportWattHours].every(Number.isSafeInteger)) return undefined
  return { number: view.getUint32(1), importWattHours, exportWattHours }
}
