import { limits } from '@interlock/contract'
import { fromBase64 } from '@interlock/kernel'
import { systemEntropy } from '@interlock/host'
import { ownerKeyMacMatches, revocationStatement } from '@interlock/seal'
import { Type, type Static } from 'typebox'
import { Compile } from 'typebox/compile'
import { enrol, newPairingCode, revoke, type OwnerKeyRefusal } from './core/owner-keys.ts'
import type { Station } from './station.ts'

const closed = { additionalProperties: false }
const Base64 = Type.String({ minLength: 4, maxLength: 512, pattern: '^[A-Za-z0-9+/]+={0,2}$' })
const OwnerKey = Type.Object({ spki: Base64, mac: Base64 }, closed)
const Revocation = Type.Object(
  {
    /** The lost device's key. */
    spki: Base64,
    /** Another owner's key, and its signature over {@link revocationStatement}. */
    by: Base64,
    signature: Base64,
    at: Type.Integer({ minimum: 0 }),
  },
  closed,
)
const isOwnerKey = Compile(OwnerKey)
const isRevocation = Compile(Revocation)

export type OwnerRefusal =
  OwnerKeyRefusal | 'Malformed' | 'OwnerUnknown' | 'SignatureInvalid' | 'Expired'

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
  if (read === undefined) return refuse(station, 'Malformed')
  const { spki, mac, text } = read
  if (deps.crypto.publicKey(spki) === undefined) return refuse(station, 'KeyUnreadable')
  const proves = (code: string): boolean => ownerKeyMacMatches(mac, code, eui, spki, deps.crypto)
  const result = enrol(keeper.memory.ownerKeys, moment.pairing, text, proves, deps.wall.now())
  moment.pairing = result.pairing
  if (result.refusal !== undefined) return refuse(station, result.refusal)
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
  const { deps, keeper, eui } = station
  if (!isRevocation.Check(data)) return refuse(station, 'Malformed')
  const { spki, by, signature, at } = data
  const [lost, owner, signed] = [spki, by, signature].map(fromBase64)
  const key = owner === undefined ? undefined : deps.crypto.publicKey(owner)
  if (lost === undefined || signed === undefined || key === undefined || by === spki)
    return refuse(station, 'Malformed')
  if (!keeper.memory.ownerKeys.includes(by)) return refuse(station, 'OwnerUnknown')
  // A revocation is good for a while only: a key that comes back later stays.
  if (Math.abs(deps.clock.now() - at) > limits.pairingCodeMillis) return refuse(station, 'Expired')
  if (!deps.crypto.verify(key, revocationStatement(eui, lost, at), signed))
    return refuse(station, 'SignatureInvalid')
  install(station, revoke(keeper.memory.ownerKeys, spki), 'OwnerKeyRevoked')
  return undefined
}

/** The same by someone at the charger, who needs no signature. */
export function revokeAtCharger(station: Station, spki: string): void {
  install(station, revoke(station.keeper.memory.ownerKeys, spki), 'OwnerKeyRevoked')
}

function install(station: Station, ownerKeys: readonly string[], kind: string): void {
  const { records, keeper } = station
  records.before(kind, { keys: ownerKeys.length })
  keeper.commit({ set: { ownerKeys } })
  station.tellLlcs({ kind: 'ownerKeys', keys: ownerKeys })
}

function refuse(station: Station, reason: OwnerRefusal): OwnerRefusal {
  station.records.note('OwnerKeyRefused', { reason })
  if (reason === 'CodeWrong' || reason === 'SignatureInvalid')
    station.reports.security('InvalidMessages', `owner's key: ${reason}`)
  return reason
}
