import { Guest } from '@interlock/driver'
import { Type, type Static } from 'typebox'
import { Compile } from 'typebox/compile'
import { ownerWord } from './charging-hours.ts'

const closed = { additionalProperties: false }

/** DataTransfer `Guest`: a card that may charge at a home, by an owner's word. */
export const SignedGuest = Type.Object({ guest: Guest, ...ownerWord }, closed)
export type SignedGuest = Static<typeof SignedGuest>

/** A guest whom a charger has taken, and what was drawn with the card since (Wh), as a CSMS counts it. */
export const KnownGuest = Type.Object(
  { ...SignedGuest.properties, usedWattHours: Type.Number({ minimum: 0 }) },
  closed,
)
export type KnownGuest = Static<typeof KnownGuest>

/** Guests as the CSMS of a charger answers them: a charger remembers no more of them than it lists. */
const Told = Compile(Type.Object({ guests: Type.Array(KnownGuest, { maxItems: 1_000 }) }))
const One = Compile(SignedGuest)

/** What a CSMS answers of guests, or an owner's word about one; `undefined` of anything else. */
export function readGuests(value: unknown): readonly SignedGuest[] | undefined {
  if (Told.Check(value)) return value.guests
  return One.Check(value) ? [value] : undefined
}
