import { ok, refused, type Outcome } from '@interlock/kernel'

/** How surely a driver is known here, weakest first; the names are those of OCMF's `IL`. */
export const strengths = ['NONE', 'HEARSAY', 'VERIFIED'] as const
export type Strength = (typeof strengths)[number]

/** What each way of identifying is worth, and its OCMF `IF`. */
export const identifications = {
  /** A number read from a card. */
  staticUid: { strength: 'HEARSAY', flags: ['RFID_PLAIN'] },
  /** A response by the card's key, to a challenge that whoever judges knows to be fresh. OCMF has no word for a key pair; the card with a secret is nearest. */
  challengeResponse: { strength: 'VERIFIED', flags: ['RFID_PSK'] },
} as const satisfies Record<string, { strength: Strength; flags: readonly string[] }>

/** The least strength for what is done in a driver's name. */
export const strengthFor = {
  startCharge: 'HEARSAY',
  bindAgreement: 'VERIFIED',
  changeProvider: 'VERIFIED',
} as const satisfies Record<string, Strength>
export type DriverAct = keyof typeof strengthFor

/** Whether someone known so surely may do that. */
export const demandStrength = (
  act: DriverAct,
  strength: Strength,
): Outcome<Strength, 'IdentityHearsay'> =>
  strengths.indexOf(strength) >= strengths.indexOf(strengthFor[act])
    ? ok(strength)
    : refused('IdentityHearsay', `${act} needs ${strengthFor[act]}, not ${strength}`)
