import {
  concat,
  euiBytes,
  fromBase64,
  ok,
  refused,
  u64,
  utf8,
  type Crypto,
  type Eui64,
  type Instant,
  type Outcome,
} from '@interlock/kernel'
import { Type, type Static } from 'typebox'

const strict = { additionalProperties: false }

/** Who pays for a guest in the place of the owner: a contract with an e-mobility provider. */
export const GuestPayer = Type.Object(
  {
    /** Country and party, as OCPI writes them: `GB*INT`. */
    issuer: Type.String({ pattern: '^[A-Z]{2}\\*[A-Z0-9]{3}$' }),
    contractId: Type.String({ pattern: '^[\\x21-\\x7e]{1,36}$' }),
  },
  strict,
)
export type GuestPayer = Static<typeof GuestPayer>

/** What an owner allows a card at the home's charger (PF23, PF24, SF9). */
export const Guest = Type.Object(
  {
    uid: Type.String({ pattern: '^([0-9A-F]{8}|[0-9A-F]{14}|[0-9A-F]{20})$' }),
    /** As the owner calls who holds the card; one line. */
    name: Type.String({ minLength: 1, maxLength: 64, pattern: '^[^\\x00-\\x1f\\x7f]+$' }),
    /** Of all charges together; 0 takes back what was allowed. */
    wattHours: Type.Integer({ minimum: 0, maximum: 1_000_000 }),
    /** No charge begins from then on, ms since 1970. */
    until: Type.Integer({ minimum: 0, maximum: 8.64e15 }),
    /** `null`: the owner. */
    payer: Type.Union([GuestPayer, Type.Null()]),
  },
  strict,
)
export type Guest = Static<typeof Guest>

/** An owner's word about a guest: key (SPKI) and signature in base64, and the time in it. */
export type OwnersGuest = {
  readonly guest: Guest
  readonly by: string
  readonly signature: string
  readonly at: number
}

/** Every reason why an owner's guest does not charge, once. */
export const guestRefusals = {
  OwnerUnknown: 'the key is of no owner of this charger',
  SignatureInvalid: 'the owner did not say so, or not of this charger',
  GuestOlder: 'the owner has said something newer of this card',
  TooManyGuests: 'the charger remembers no more guests',
  GuestExpired: 'the time that the owner gave is over',
  GuestSpent: 'the energy that the owner gave has been used',
} as const satisfies Record<string, string>
export type GuestRefusal = keyof typeof guestRefusals

/**
 * What an owner signs to allow a guest: `interlock-owner-guest` ‖ station ‖ `at` (ms since 1970, 64 bits) ‖ five
 * lines: card, Wh, end (ms since 1970), the payer's issuer and contract (empty: the owner), and the name.
 */
export function guestStatement(station: Eui64, guest: Guest, at: number): Uint8Array {
  const { uid, wattHours, until, payer, name } = guest
  const paidBy = payer === null ? '' : `${payer.issuer} ${payer.contractId}`
  const text = [uid, wattHours, until, paidBy, name].join('\n')
  return concat(utf8('interlock-owner-guest'), euiBytes(station), u64(BigInt(at)), utf8(text))
}

/**
 * Whether an owner said so of that charger: for the charger itself, and for whoever bills and has the owners' keys
 * from the owners. Whoever carried it need not be believed.
 *
 * @param owners SPKI, base64
 */
export function openGuest(
  { guest, by, signature, at }: OwnersGuest,
  owners: readonly string[],
  station: Eui64,
  crypto: Pick<Crypto, 'publicKey' | 'verify'>,
): Outcome<Guest, 'OwnerUnknown' | 'SignatureInvalid'> {
  if (!owners.includes(by)) return refused('OwnerUnknown')
  const [spki, signed] = [by, signature].map(fromBase64)
  const key = spki === undefined ? undefined : crypto.publicKey(spki)
  if (key === undefined || signed === undefined) return refused('SignatureInvalid')
  const said = crypto.verify(key, guestStatement(station, guest, at), signed)
  return said ? ok(guest) : refused('SignatureInvalid')
}

/** A guest who is remembered. */
export type HeldGuest = Pick<OwnersGuest, 'guest' | 'at'> & {
  /** By charges that have ended. */
  readonly usedWattHours: number
}
export const guestsHeldMax = 50

/**
 * Remembers the owner's latest word about a card; what was used counts against that word alone. An older word, or
 * the same once more, changes nothing. Those whose end has come make room.
 *
 * @param goodMillis for so long after it was signed a word is taken: until then its successor is not forgotten
 */
export function holdGuest(
  held: readonly HeldGuest[],
  { guest, at }: Pick<OwnersGuest, 'guest' | 'at'>,
  now: Instant,
  goodMillis: number,
): Outcome<readonly HeldGuest[], 'GuestOlder' | 'TooManyGuests'> {
  const before = guestOf(held, guest.uid)
  if (before !== undefined && at <= before.at) return refused('GuestOlder', guest.uid)
  const others = held.filter((each) => {
    const isOver = each.guest.until <= now || each.guest.wattHours === 0
    return each !== before && (!isOver || now - each.at <= goodMillis)
  })
  if (others.length >= guestsHeldMax) return refused('TooManyGuests')
  return ok([...others, { guest, at, usedWattHours: 0 }])
}

export const guestOf = (held: readonly HeldGuest[], uid: string): HeldGuest | undefined =>
  held.find(({ guest }) => guest.uid === uid.toUpperCase())

/** What a guest may still draw, in a charge that begins now. */
export function guestAllowance(
  { guest, usedWattHours }: Pick<HeldGuest, 'guest' | 'usedWattHours'>,
  now: Instant,
): Outcome<number, 'GuestExpired' | 'GuestSpent'> {
  if (now >= guest.until) return refused('GuestExpired')
  const left = guest.wattHours - usedWattHours
  return left > 0 ? ok(left) : refused('GuestSpent')
}

/** The same after a charge in which so much was drawn. */
export const guestCharged = (
  held: readonly HeldGuest[],
  uid: string,
  wattHours: number,
): readonly HeldGuest[] => {
  const guest = guestOf(held, uid)
  return held.map((each) =>
    each === guest ? { ...each, usedWattHours: each.usedWattHours + Math.max(0, wattHours) } : each,
  )
}
