import type { StationId } from '@interlock/kernel'

/** Who asks for an OCPP connection, before the upgrade. */
export type Knock = {
  readonly id: string
  readonly profile: 2 | 3
  /** From the client's certificate, where there is one. */
  readonly certificateFor?: StationId
  readonly certificateEui?: string
  /** SHA-256, hex, of the password offered under the user name of the station. */
  readonly passwordSha256?: string
}

export type Admitted = {
  readonly stationId: StationId
  readonly eui: string
  readonly passwordSha256: string | undefined
  /** Whether it has ever connected with a certificate of its own. */
  readonly commissioned: boolean
}

export type AdmissionRefusal = {
  readonly ok: false
  readonly status: 401 | 403 | 404
  readonly reason: string
}
export type Admission = { readonly ok: true } | AdmissionRefusal

const refuse = (status: AdmissionRefusal['status'], reason: string): AdmissionRefusal => ({
  ok: false,
  status,
  reason,
})

/**
 * Whether a station may connect. Security profile 2 is for first contact only: the one-time password
 * opens it until the station has come once with its certificate.
 */
export function admit(knock: Knock, station: Admitted | undefined): Admission {
  if (station === undefined) return refuse(404, 'the station is not in the database')
  if (knock.profile === 3) {
    if (knock.certificateFor === undefined) return refuse(401, 'a client certificate is needed')
    const own = knock.certificateFor === station.stationId && knock.certificateEui === station.eui
    return own ? { ok: true } : refuse(403, 'the certificate is for another identity')
  }
  if (station.commissioned) return refuse(403, 'first contact is over; use the certificate')
  if (station.passwordSha256 === undefined) return refuse(403, 'no first contact is expected')
  if (knock.passwordSha256 === undefined) return refuse(401, 'a password is needed')
  return knock.passwordSha256 === station.passwordSha256
    ? { ok: true }
    : refuse(401, 'the password is wrong')
}
