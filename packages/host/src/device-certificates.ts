import {
  ok,
  refused,
  type Clock,
  type Crypto,
  type Eui64,
  type Instant,
  type Outcome,
  type PublicKey,
} from '@interlock/kernel'
import { fromPem, verifyChain } from '@interlock/pki'
import type { HttpClient } from './http-client.ts'
import { outcomeOf } from './http-outcome.ts'

export type DeviceCertificatesOptions = {
  readonly http: HttpClient
  /** `https://host:port` of the data company, which keeps the certificates and can make none. */
  readonly url: string
  /** Roots of the smart-meter side, PEM. */
  readonly roots: readonly string[]
  /** Whether a certificate of that side counts no longer, for whoever has a list; it is asked at every use. */
  readonly revoked?: (serialHex: string) => boolean
  readonly crypto: Crypto
  /** Certificates are judged by wall time. */
  readonly wall: Clock
}

/** The keys of devices, for whoever verifies what they answer. */
export type DeviceCertificates = {
  /**
   * The key of a device, as its certificate says: fetched once in the certificate's life, and verified up to the
   * root by whoever asks, so that nobody on the way can name another.
   * @throws Fault `PeerUnavailable` when the data company does not answer
   */
  keyOf(device: Eui64): Promise<Outcome<PublicKey, string>>
  /** It is fetched again: the device may have another by now. */
  forget(device: Eui64): void
}

/** A user asks of so many devices; the oldest is fetched again. */
const keptMax = 40_000

/** A key counts as long as the certificate it was in. */
type Kept = { readonly key: PublicKey; readonly notAfter: Instant; readonly serialHex: string }

export function deviceCertificates(options: DeviceCertificatesOptions): DeviceCertificates {
  const { http, url, crypto, wall, revoked = () => false } = options
  const roots = options.roots.flatMap((pem) => fromPem(pem, 'CERTIFICATE'))
  const kept = new Map<Eui64, Kept>()
  const fetched = async (device: Eui64): Promise<Outcome<Kept, string>> => {
    const answer = outcomeOf(
      await http.request('GET', `${url}/api/v1/devices/${device}/certificate`),
    )
    if (!answer.ok) return answer
    const chain = typeof answer.value === 'string' ? fromPem(answer.value, 'CERTIFICATE') : []
    const demands = { roots, at: wall.now(), crypto, hierarchy: 'smartMeter', revoked } as const
    const peer = verifyChain(chain, demands)
    if (!peer.ok) return refused('DeviceCertificateInvalid', peer.reason)
    const { eui, role, publicKey: key, notAfter, serialHex } = peer.value
    return eui === device && deviceRoles.has(role)
      ? ok({ key, notAfter, serialHex })
      : refused('DeviceCertificateInvalid', `is of the ${role} ${eui}`)
  }
  const counts = ({ notAfter, serialHex }: Kept): boolean =>
    wall.now() <= notAfter && !revoked(serialHex)
  return {
    async keyOf(device) {
      const known = kept.get(device)
      if (known !== undefined && counts(known)) return ok(known.key)
      kept.delete(device)
      const found = await fetched(device)
      if (!found.ok) return found
      const [oldest] = kept.keys()
      if (kept.size >= keptMax && oldest !== undefined) kept.delete(oldest)
      kept.set(device, found.value)
      return ok(found.value.key)
    },
    forget: (device) => void kept.delete(device),
  }
}

const deviceRoles: ReadonlySet<string> = new Set(['meter', 'llcs'])
