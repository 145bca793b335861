import type { StationId } from '@interlock/kernel'
import type { SecurityProfile, TrustMode } from '../data/stations.ts'

/** Who asks for an OCPP connection, before the upgrade. */
export type Knock = {
  readonly id: string
  readonly profile: SecurityProfile
  /** From the client's certificate, where there is one. */
  readonly certificateFor?: StationId
  readonly certificateEui?: string
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

export type AdmissionRefusal = {
  readonly ok: false
  readonly status: 401 | 403 | 404 | 429
  readonly reason: string
}
export type Admission = { readonly ok: true } | AdmissionRefusal

const admitted: Admission = { ok: true }
const refuse = (status: AdmissionRefusal['status'], reason: string): AdmissionRefusal => ({
  ok: false,
  status,
  reason,
})

/**
 * Whether a station may connect. A supervised one has security profile 2 for first contact only: its
 * one-time password opens it until it has come once with its certificate. A standard one may stay
 * with a password, but never goes back to a lower profile (A05).
 */
export function admit(knock: Knock, station: Admitted | undefined): Admission {
  if (station === undefined) return refuse(404, 'the station is not in the database')
  if (knock.profile === 3) {
    if (knock.certificateFor === undefined) return refuse(401, 'a client certificate is needed')
    const own = knock.certificateFor === station.stationId && knock.certificateEui === station.eui
    return own ? admitted : refuse(403, 'the certificate is for another identity')
  }
  const barred =
    station.trust === 'standard' ? downgrade(knock, station) : firstContact(knock, station)
  if (barred !== undefined) return barred
  if (knock.password === 'none') return refuse(401, 'a password is needed')
  return knock.password === 'right' ? admitted : refuse(401, 'the password is wrong')
}

function firstContact({ profile }: Knock, station: Admitted): AdmissionRefusal | undefined {
  if (profile === 1) return refuse(403, 'a supervised station needs TLS')
  if (station.commissioned) return refuse(403, 'first contact is over; use the certificate')
  return station.passwordExpected ? undefined : refuse(403, 'no first contact is expected')
}

function downgrade({ profile }: Knock, station: Admitted): AdmissionRefusal | undefined {
  if (profile < (station.securityProfile ?? 0))
    return refuse(403, `it has connected under security profile ${station.securityProfile}`)
  return station.passwordExpected ? undefined : refuse(401, 'no password is set')
}
