import { Guest } from '@interlock/driver'
import { Type, type Static } from 'typebox'
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
