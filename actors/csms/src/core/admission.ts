import type { ServerRefusal } from '@interlock/contract'
import { refused, type Refusal, type StationId } from '@interlock/kernel'
import type { Bearer } from '@interlock/pki'
import type { SecurityProfile, TrustMode } from '../data/stations.ts'

/** Who asks for an OCPP connection, before the upgrade. */
export type Knock = {
  readonly id: string
  readonly profile: SecurityProfile
  /** Whom the client's certificate names, where there is one that verifies. */
  readonly certificate?: Pick<Bearer, 'role' | 'eui' | 'stationId' | 'publicKey'>
  /** Whether the password offered under the user name of the station is the one expected. */
  readonly password: 'none' | 'wrong' | 'right'
}

export type Admitted = {
  readonly stationId: StationId
  readonly eui: string
  readonly trust: TrustMode
  /** Whether any password may be offered. */
  readonly passwordExpected: boolean
  /** Whether it has ever connected with a certificate of its own. */
  readonly commissioned: boolean
  /** The highest security profile under which it has connected. */
  readonly securityProfile: SecurityProfile | undefined
}

/** The detail is for the operator; whoever offers a password is not told it. */
export type AdmissionRefusal = Refusal<ServerRefusal>
export type Admission = { readonly ok: true } | AdmissionRefusal

const admitted: Admission = { ok: true }

/**
 * Whether a station may connect. A supervised one has security profile 2 for first contact only: its
 * one-time password opens it until it has come once with its certificate. A standard one may stay
 * with a password, but never goes back to a lower profile (A05).
 */
export function admit(knock: Knock, station: Admitted | undefined): Admission {
  if (station === undefined) return refused('UnknownIdentity', 'the station is not in the database')
  if (knock.profile === 3) return certified(knock, station)
  const barred =
    station.trust === 'standard' ? downgrade(knock, station) : firstContact(knock, station)
  if (barred !== undefined) return barred
  if (knock.password === 'none') return refused('NotAuthenticated', 'a password is needed')
  return knock.password === 'right'
    ? admitted
    : refused('NotAuthenticated', 'the password is wrong')
}

function certified({ certificate }: Knock, station: Admitted): Admission {
  if (certificate === undefined) return refused('CertificateMissing')
  if (certificate.stationId === undefined)
    return refused('NotPermitted', `for a station; the certificate is of role ${certificate.role}`)
  if (certificate.stationId !== station.stationId)
    return refused('IdentityMismatch', `the certificate is of ${certificate.stationId}`)
  if (certificate.eui !== station.eui)
    return refused(
      'IdentityMismatch',
      `the certificate is of a unit with EUI-64 ${certificate.eui}`,
    )
  // What it answers is signed, and what it is told is sealed to its key.
  if (certificate.publicKey === undefined && station.trust !== 'standard')
    return refused('NotPermitted', 'the key of a supervised station must be on P-256')
  return admitted
}

function firstContact({ profile }: Knock, station: Admitted): AdmissionRefusal | undefined {
  if (profile === 1) return refused('NotPermitted', 'a supervised station needs TLS')
  if (station.commissioned)
    return refused('NotPermitted', 'first contact is over; use the certificate')
  return station.passwordExpected
    ? undefined
    : refused('NotPermitted', 'no first contact is expected')
}

function downgrade({ profile }: Knock, station: Admitted): AdmissionRefusal | undefined {
  if (profile < (station.securityProfile ?? 0))
    return refused(
      'NotPermitted',
      `it has connected under security profile ${station.securityProfile}`,
    )
  return station.passwordExpected ? undefined : refused('NotAuthenticated', 'no password is set')
}
