import { assert, instant, sameBytes, type Instant } from '@interlock/kernel'

/** Bytes of a DLMS date-time: `yyyy mm dd FF hh mm ss 00 80 00 FF`, in UTC, whole seconds. */
export const dateTimeBytes = 12

/** The years a message may speak of: nothing here lives longer. */
const earliest = Date.UTC(2000, 0, 1)
const latest = Date.UTC(2100, 0, 1)

/** True for an instant that a message can carry. */
export const isRepresentable = (at: Instant): boolean =>
  Number.isInteger(at / 1000) && at >= earliest && at < latest

export function encodeDateTime(at: Instant): Uint8Array {
  assert(isRepresentable(at), 'a GBCS date-time is a whole second between 2000 and 2100')
  const date = new Date(at)
  const year = date.getUTCFullYear()
  return Uint8Array.of(
    year >> 8,
    year & 0xff,
    date.getUTCMonth() + 1,
    date.getUTCDate(),
    0xff,
    date.getUTCHours(),
    date.getUTCMinutes(),
    date.getUTCSeconds(),
    0x00,
    0x80,
    0x00,
    0xff,
  )
}

/** `undefined` unless the bytes are exactly what {@link encodeDateTime} writes for some instant. */
export function decodeDateTime(bytes: Uint8Array): Instant | undefined {
  if (bytes.length !== dateTimeBytes) return undefined
  const [high = 0, low = 0, month = 0, day = 0, , hour = 0, minute = 0, second = 0] = bytes
  const at = instant(Date.UTC((high << 8) | low, month - 1, day, hour, minute, second))
  return isRepresentable(at) && sameBytes(encodeDateTime(at), bytes) ? at : undefined
}
