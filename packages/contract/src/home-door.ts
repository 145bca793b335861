import { Type, type Static } from 'typebox'
import { ownerWord } from './charging-hours.ts'

const closed = { additionalProperties: false }
const Base64 = Type.String({ minLength: 4, maxLength: 512, pattern: '^[A-Za-z0-9+/]+={0,2}$' })
const At = Type.Integer({ minimum: 0, maximum: 8.64e15 })

/** An owner's key (SPKI), with proof that its holder has read the code at the charger. */
export const OwnerKeyOffer = Type.Object({ spki: Base64, mac: Base64 }, closed)
export type OwnerKeyOffer = Static<typeof OwnerKeyOffer>

/** What a charger says of itself once the key is in: its meter's key, and proof that it shows the code. */
export const HomePairing = Type.Object({ meter: Base64, mac: Base64 }, closed)
export type HomePairing = Static<typeof HomePairing>

/** `records` are those that the usage is read from, as the meter signed them, one in a line. */
export const homeUsageFormats = ['csv', 'json', 'greenButton', 'records'] as const
export type HomeUsageFormat = (typeof homeUsageFormats)[number]

/** What an owner asks of the charger in the home, ms since 1970. */
const usageQuery = { format: Type.Enum([...homeUsageFormats]), from: At, until: At }
export const HomeUsageQuery = Type.Object(usageQuery, closed)
export type HomeUsageQuery = Static<typeof HomeUsageQuery>
export const HomeUsageRequest = Type.Object({ ...usageQuery, ...ownerWord }, closed)
export type HomeUsageRequest = Static<typeof HomeUsageRequest>

/** Doors of a charger to the network of its home. */
export const homeDoors = { pair: '/api/v1/owner-key', usage: '/api/v1/usage' } as const
