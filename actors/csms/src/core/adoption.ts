import { refused, type Eui64, type Outcome } from '@interlock/kernel'
import type { StationConfig } from '../config.ts'
import type { SecurityProfile, TrustMode } from '../data/stations.ts'

/** What the supervisor's register says of a station, as far as its CSMS must know. */
export type Registered = {
  readonly eui: Eui64
  /** Of one EVSE. */
  readonly ratingWatts: number
  readonly evses: readonly number[]
  readonly delaySecondsMax: number
  readonly feeder: string
  /** The organisation that operates it. */
  readonly csms: Eui64
  readonly llcs?: Eui64
  readonly state: string
  readonly trust: TrustMode
}

/** Who asks to be adopted, as it last came. */
export type Knocker = {
  readonly id: string
  /** Of the certificate that it showed, where there was one. */
  readonly certificateEui: string | undefined
}

/** What the operator says; everything else is the register's. */
export type AskedAdoption = {
  readonly trustMode?: TrustMode
  /** As on the label of the unit, for who wants it compared. */
  readonly eui?: string
  /** Under a lower one than this it is never let in; a standard station's alone. */
  readonly securityProfile?: SecurityProfile
  /** Of security profiles 1 and 2; a standard station's alone. */
  readonly password?: string
  /** The smart meter whose tariff the home pays. */
  readonly meter?: string
}

/** The CSMS itself. */
export type Adopter = {
  readonly organisation: Eui64
  /** The security profiles for which it listens. */
  readonly profiles: readonly SecurityProfile[]
}

export type Adoption = Omit<StationConfig, 'passwordHash' | 'passwordSha256'>
export type AdoptionRefusal = 'IdentityMismatch' | 'DeviceState' | 'TrustMismatch' | 'BodyInvalid'

/** States of the register from which a station may come into service here. */
const adoptable: ReadonlySet<string> = new Set(['prenotified', 'authorised', 'commissioned'])

/**
 * Whether a station that knocked is taken in, and as what: it is what the supervisor's register says,
 * for the supervisor charges by that, and what the operator says otherwise is refused by name.
 */
export function adopt(
  knocker: Knocker,
  asked: AskedAdoption,
  register: Registered,
  adopter: Adopter,
): Outcome<Adoption, AdoptionRefusal> {
  const { trustMode = 'supervised', eui = register.eui } = asked
  if (register.csms !== adopter.organisation)
    return refused('IdentityMismatch', 'the register has it with another CSMS')
  if (!adoptable.has(register.state))
    return refused('DeviceState', `it is ${register.state} in the register`)
  if (register.trust !== trustMode)
    return refused('TrustMismatch', `the register has it as ${register.trust}`)
  if (register.eui !== eui)
    return refused('IdentityMismatch', `the register has it with EUI-64 ${register.eui}`)
  const { certificateEui: shown = register.eui } = knocker
  if (register.eui !== shown)
    return refused(
      'IdentityMismatch',
      `it showed the certificate of ${shown}; the register has ${register.eui}`,
    )
  const wrong = trustMode === 'standard' ? standardWrong(asked, adopter) : supervisedWrong(asked)
  if (wrong !== undefined) return refused('BodyInvalid', wrong)
  const { ratingWatts, feeder, delaySecondsMax, evses, llcs } = register
  return {
    ok: true,
    value: {
      stationId: knocker.id,
      eui: register.eui,
      ratingWatts,
      evse: evses[0] ?? 1,
      evses: [...evses],
      feeder,
      delaySecondsMax,
      trustMode,
      enrolled: false,
      idTokens: [],
      ...(llcs === undefined ? {} : { llcs }),
      ...(asked.meter === undefined ? {} : { meter: asked.meter }),
    },
  }
}

/** It proves itself by what its maker and the register know, and by its certificate from then on. */
const supervisedWrong = ({ password, securityProfile }: AskedAdoption): string | undefined =>
  password === undefined && (securityProfile ?? 3) === 3
    ? undefined
    : 'a supervised station has no password here, and security profile 3'

function standardWrong(
  { password, securityProfile }: AskedAdoption,
  { profiles }: Adopter,
): string | undefined {
  const byPassword = password !== undefined
  if (securityProfile === undefined) return undefined
  if (!profiles.includes(securityProfile))
    return `nobody listens for security profile ${securityProfile} here`
  if (securityProfile === 3)
    return byPassword ? 'under security profile 3 a certificate proves it, no password' : undefined
  return byPassword ? undefined : `security profile ${securityProfile} needs a password`
}
