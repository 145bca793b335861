import {
  concat,
  euiBytes,
  euiFromBytes,
  sameBytes,
  u64,
  utf8,
  type Crypto,
  type Eui64,
} from '@interlock/kernel'
import type { HomeUsageQuery } from '@interlock/contract'
import type { HoursChoice, QuietHours } from '@interlock/power'

/**
 * Proof that whoever sends an owner's key has read the code at the charger: HMAC-SHA-256 by the code
 * over `interlock-owner` ‖ station ‖ SPKI. The CSMS relays it and cannot change the key.
 */
export const ownerKeyMac = (
  code: string,
  station: Eui64,
  spki: Uint8Array,
  crypto: Crypto,
): Uint8Array =>
  crypto.hmacSha256(utf8(code), concat(utf8('interlock-owner'), euiBytes(station), spki))

export const ownerKeyMacMatches = (
  mac: Uint8Array,
  code: string,
  station: Eui64,
  spki: Uint8Array,
  crypto: Crypto,
): boolean => sameBytes(mac, ownerKeyMac(code, station, spki, crypto))

/**
 * What an owner signs to take another device's key out: `interlock-owner-revocation` ‖ station ‖ `at`
 * (ms since 1970, 64 bits) ‖ SPKI of the lost key.
 */
export const revocationStatement = (station: Eui64, lost: Uint8Array, at: number): Uint8Array =>
  concat(utf8('interlock-owner-revocation'), euiBytes(station), u64(BigInt(at)), lost)

/**
 * What an owner signs to choose the charging hours: `interlock-owner-hours` ‖ station ‖ `at` (ms since 1970, 64
 * bits) ‖ the choice as text: `accepted`, `removed`, or one row after the other, such as `1,2,3 8-11;6 0-7`.
 */
export const hoursChoiceStatement = (station: Eui64, choice: HoursChoice, at: number): Uint8Array =>
  concat(
    utf8('interlock-owner-hours'),
    euiBytes(station),
    u64(BigInt(at)),
    utf8(choice.kind === 'changed' ? choice.quiet.map(rowText).join(';') : choice.kind),
  )
const rowText = ({ weekdays, fromHour, untilHour }: QuietHours): string =>
  `${weekdays.join(',')} ${fromHour}-${untilHour}`

/**
 * What an owner signs to read from the charger at home: `interlock-owner-usage` ‖ station ‖ `at` (ms since 1970, 64
 * bits) ‖ SHA-256 of the key (SPKI) that the charger showed in TLS ‖ format, from and until as text. Whoever stands
 * between shows another key, and gets a word that no charger takes.
 */
export const usageStatement = (
  station: Eui64,
  door: Uint8Array,
  { format, from, until }: HomeUsageQuery,
  at: number,
  crypto: Pick<Crypto, 'sha256'>,
): Uint8Array =>
  concat(
    utf8('interlock-owner-usage'),
    euiBytes(station),
    u64(BigInt(at)),
    crypto.sha256(door),
    utf8(`${format} ${from} ${until}`),
  )

/**
 * What an owner signs about open data: `interlock-owner-open-data` ‖ station ‖ publisher ‖ `at` (ms since 1970, 64 bits)
 * ‖ `agreed` or `withdrawn`.
 */
export const openDataStatement = (
  station: Eui64,
  publisher: Eui64,
  agrees: boolean,
  at: number,
): Uint8Array =>
  concat(
    utf8('interlock-owner-open-data'),
    euiBytes(station),
    euiBytes(publisher),
    u64(BigInt(at)),
    utf8(agrees ? 'agreed' : 'withdrawn'),
  )

/** Keys (SPKI) that a pairing makes known to each other. */
export type HomeKeys = {
  readonly owner: Uint8Array
  /** That of the charger's TLS at home. */
  readonly door: Uint8Array
  readonly meter: Uint8Array
}

/**
 * The charger's half of a pairing at home: HMAC-SHA-256 by the code over `interlock-home-door` ‖ station ‖ SHA-256 of
 * each key. It says that whoever shows the code also holds the key of this connection.
 */
export const homeDoorMac = (
  code: string,
  station: Eui64,
  { owner, door, meter }: HomeKeys,
  crypto: Crypto,
): Uint8Array =>
  crypto.hmacSha256(
    utf8(code),
    concat(
      utf8('interlock-home-door'),
      euiBytes(station),
      ...[owner, door, meter].map((spki) => crypto.sha256(spki)),
    ),
  )

/** An owner's key has no certificate: its EUI-64 is made of its digest, marked as locally assigned. */
export function ownerEui(spki: Uint8Array, crypto: Crypto): Eui64 {
  const bytes = crypto.sha256(spki).slice(0, 8)
  bytes[0] = (bytes[0] ?? 0) | 0x02
  return euiFromBytes(bytes)
}
