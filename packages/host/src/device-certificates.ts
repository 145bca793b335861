import {
  ok,
  refused,
  type Clock,
  type Crypto,
  type Eui64,
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
  readonly crypto: Crypto
  /** Certificates are judged by wall time. */
  readonly wall: Clock
}

/** The keys of devices, for whoever verifies what they answer. */
export type DeviceCertificates = {
  /**
   * The key of a device, as its certificate says: fetched once, and verified up to the root by whoever asks, so
   * that nobody on the way can name another.
   * @throws Fault `PeerUnavailable` when the data company does not answer
   */
  keyOf(device: Eui64): Promise<Outcome<PublicKey, string>>
  /** It is fetched again: the device may have another by now. */
  forget(device: Eui64): void
}

/** A user asks of so many devices; the oldest is fetched again. */
const keptMax = 40_000

export function deviceCertificates(options: DeviceCertificatesOptions): DeviceCertificates {
  const { http, url, crypto, wall } = options
  const roots = options.roots.flatMap((pem) => fromPem(pem, 'CERTIFICATE'))
  const kept = new Map<Eui64, PublicKey>()
  const fetched = async (device: Eui64): Promise<Outcome<PublicKey, string>> => {
    const answer = outcomeOf(
      await http.request('GET', `${url}/api/v1/devices/${device}/certificate`),
    )
    if (!answer.ok) return answer
    const chain = typeof answer.value === 'string' ? fromPem(answer.value, 'CERTIFICATE') : []
    const demands = { roots, at: wall.now(), crypto, hierarchy: 'smartMeter' } as const
    const peer = verifyChain(chain, demands)
    if (!peer.ok) return refused('DeviceCertificateInvalid', peer.reason)
    const { eui, role, publicKey } = peer.value
    return eui === device && deviceRoles.has(role)
      ? ok(publicKey)
      : refused('DeviceCertificateInvalid', `is of the ${role} ${eui}`)
  }
  return {
    async keyOf(device) {
      const known = kept.get(device)
      if (known !== undefined) return ok(known)
      const key = await fetched(device)
      if (!key.ok) return key
      const [oldest] = kept.keys()
      if (kept.size >= keptMax && oldest !== undefined) kept.delete(oldest)
      kept.set(device, key.value)
      return key
    },
    forget: (device) => void kept.delete(device),
  }
}

const deviceRoles: ReadonlySet<string> = new Set(['meter', 'llcs'])
