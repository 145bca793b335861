import { limits, OpenDataChoice, ownerWord, SignedHoursChoice } from '@interlock/contract'
import { eui64, fromBase64, instant } from '@interlock/kernel'
import { systemEntropy } from '@interlock/host'
import {
  hoursChoiceStatement,
  openDataStatement,
  ownerKeyMacMatches,
  revocationStatement,
} from '@interlock/seal'
import { Type, type Static } from 'typebox'
import { Compile } from 'typebox/compile'
import { chooseHours } from './charging-hours.ts'
import { enrol, newPairingCode, revoke, type OwnerKeyRefusal } from './core/owner-keys.ts'
import type { Station } from './station.ts'

const closed = { additionalProperties: false }
const Base64 = Type.String({ minLength: 4, maxLength: 512, pattern: '^[A-Za-z0-9+/]+={0,2}$' })
const OwnerKey = Type.Object({ spki: Base64, mac: Base64 }, closed)
const Word = Type.Object(ownerWord, closed)
/** The lost device's key, and the word of another over {@link revocationStatement}. */
const Revocation = Type.Object({ spki: Base64, ...ownerWord }, closed)
const isOwnerKey = Compile(OwnerKey)
const isRevocation = Compile(Revocation)
/** The word is over {@link hoursChoiceStatement}. */
const isHoursChoice = Compile(SignedHoursChoice)
/** The word is over {@link openDataStatement}. */
const isOpenDataChoice = Compile(OpenDataChoice)

export type OwnerRefusal =
  OwnerKeyRefusal | 'Malformed' | 'OwnerUnknown' | 'SignatureInvalid' | 'Expired' | 'HoursInvalid'

/**
 * Shows a code on the charger's display. It is told to nobody else. Its minutes are those of the
 * people who read and type it: real time, also where a world runs faster.
 */
export function showPairingCode(station: Station): string {
  const { deps, moment, records } = station
  moment.pairing = newPairingCode(systemEntropy, deps.wall.now())
  records.note('PairingCodeShown', { until: moment.pairing.until })
  return moment.pairing.code
}

/** A key with proof that its holder has seen the code (DataTransfer `OwnerKey`). */
export function enrolOwner(station: Station, data: unknown): OwnerRefusal | undefined {
  const { deps, moment, keeper, eui } = station
  const read = isOwnerKey.Check(data) ? parse(data) : undefined
  if (read === undefined) return refuseOwner(station, 'Malformed')
  const { spki, mac, text } = read
  if (deps.crypto.publicKey(spki) === undefined) return refuseOwner(station, 'KeyUnreadable')
  const proves = (code: string): boolean => ownerKeyMacMatches(mac, code, eui, spki, deps.crypto)
  const result = enrol(keeper.memory.ownerKeys, moment.pairing, text, proves, deps.wall.now())
  moment.pairing = result.pairing
  if (result.refusal !== undefined) return refuseOwner(station, result.refusal)
  install(station, result.keys, 'OwnerKeyEnrolled')
  return undefined
}

/**
 * The owners' keys, SPKI in base64 (DataTransfer `OwnerKeys`). They are public halves that came in
 * through the CSMS; an owner needs them to tell a lost device from one at hand.
 */
export const ownerKeys = ({ keeper }: Station): { readonly keys: readonly string[] } => ({
  keys: keeper.memory.ownerKeys,
})

function parse({ spki: text, mac }: Static<typeof OwnerKey>) {
  const spki = fromBase64(text)
  const proof = fromBase64(mac)
  return spki === undefined || proof === undefined ? undefined : { spki, mac: proof, text }
}

/** A lost key, revoked by another owner's word (DataTransfer `OwnerKeyRevocation`). */
export function revokeOwner(station: Station, data: unknown): OwnerRefusal | undefined {
  const { keeper, eui } = station
  const lost = isRevocation.Check(data) ? fromBase64(data.spki) : undefined
  if (!isRevocation.Check(data) || lost === undefined || data.by === data.spki)
    return refuseOwner(station, 'Malformed')
  const refusal = refusalOf(station, data, revocationStatement(eui, lost, data.at))
  if (refusal !== undefined) return refuseOwner(station, refusal)
  install(station, revoke(keeper.memory.ownerKeys, data.spki), 'OwnerKeyRevoked')
  return undefined
}

/** Hours that an owner has chosen elsewhere (DataTransfer `ChargingHoursChoice`): by an owner's word alone. */
export function chooseHoursByOwner(station: Station, data: unknown): OwnerRefusal | undefined {
  const { keeper, eui } = station
  if (!isHoursChoice.Check(data)) return refuseOwner(station, 'Malformed')
  const refusal = refusalOf(station, data, hoursChoiceStatement(eui, data.choice, data.at))
  if (refusal !== undefined) return refuseOwner(station, refusal)
  // What was held back, or comes a second time, does not undo what was chosen since.
  if (data.at <= (keeper.memory.charger.hoursAt ?? 0)) return refuseOwner(station, 'Expired')
  return chooseHours(station, data.choice, instant(data.at)) ? undefined : 'HoursInvalid'
}

/** An owner's agreement to open data of the organisation that operates it, or its end (DataTransfer `OpenData`). */
export function judgeOpenData(station: Station, data: unknown): OwnerRefusal | undefined {
  const { eui, config, records } = station
  if (!isOpenDataChoice.Check(data)) return refuseOwner(station, 'Malformed')
  const { agrees, at } = data
  const statement = openDataStatement(eui, eui64(config.organisation), agrees, at)
  const refusal = refusalOf(station, data, statement)
  if (refusal !== undefined) return refuseOwner(station, refusal)
  records.note('OpenDataChosen', { agrees })
  return undefined
}

/** Why an owner's signed word does not count; undefined where it does. */
export function refusalOf(
  { deps, keeper }: Station,
  { by, signature, at }: Static<typeof Word>,
  statement: Uint8Array,
): OwnerRefusal | undefined {
  const [owner, signed] = [by, signature].map(fromBase64)
  const key = owner === undefined ? undefined : deps.crypto.publicKey(owner)
  if (signed === undefined || key === undefined) return 'Malformed'
  if (!keeper.memory.ownerKeys.includes(by)) return 'OwnerUnknown'
  // It is good for a while only: what comes back later does nothing again.
  if (Math.abs(deps.clock.now() - at) > limits.pairingCodeMillis) return 'Expired'
  return deps.crypto.verify(key, statement, signed) ? undefined : 'SignatureInvalid'
}

/** The same by someone at the charger, who needs no signature. */
export function revokeAtCharger(station: Station, spki: string): void {
  install(station, revoke(station.keeper.memory.ownerKeys, spki), 'OwnerKeyRevoked')
}

function install(station: Station, ownerKeys: readonly string[], kind: string): void {
  const { records, keeper } = station
  records.before(kind, { keys: ownerKeys.length })
  keeper.commit({ set: { ownerKeys } })
  if (ownerKeys.length === 0) station.usage?.clear()
  station.tellLlcs({ kind: 'ownerKeys', keys: ownerKeys })
}

/** Tells that a word did not count. */
export function refuseOwner(station: Station, reason: OwnerRefusal): OwnerRefusal {
  station.records.note('OwnerKeyRefused', { reason })
  if (reason === 'CodeWrong' || reason === 'SignatureInvalid')
    station.reports.security('InvalidMessages', `owner's key: ${reason}`)
  return reason
}
