import { connect, type SecureVersion, type TLSSocket } from 'node:tls'
import { NotApplicable, type Steps } from '../steps.ts'
import type { Lease } from './subject.ts'

/** What a station sees of the handshake, below the WebSocket. */
export type Tls = {
  /** As the station calls the server. */
  readonly host: string
  /** The handshake must come about; gives what was agreed on. */
  agrees(says: string, options?: Offer): Promise<Agreed>
  /** The server must end the handshake. */
  ends(says: string, options: Offer): Promise<void>
}
export type Offer = {
  readonly maxVersion?: SecureVersion
  readonly minVersion?: SecureVersion
  readonly ciphers?: string
}
export type Agreed = {
  readonly version: string
  readonly cipher: string
  /** Verified to the trusted root. */
  readonly authorized: boolean
  readonly serialNumber: string
  readonly commonName: string
  readonly key: { readonly kind: 'RSA' | 'EC'; readonly bits: number }
  readonly notExpired: boolean
}

export function createTls(lease: Lease, steps: Steps): Tls {
  const shake = (offer: Offer): Promise<Agreed> => handshake(lease, offer, steps.stepMillisMax)
  const { hostname: host } = new URL(addressOf(lease))
  return {
    host,
    async agrees(says, offer = {}) {
      try {
        const agreed = await shake(offer)
        steps.passed(says, `${agreed.version} ${agreed.cipher}`)
        return agreed
      } catch (cause) {
        if (cause instanceof NotApplicable) throw cause
        return steps.failed(says, 'a handshake', (cause as Error).message)
      }
    },
    async ends(says, offer) {
      let agreed: Agreed
      try {
        agreed = await shake(offer)
      } catch (cause) {
        if (cause instanceof NotApplicable) throw cause
        return steps.passed(says, (cause as Error).message)
      }
      steps.failed(says, 'no handshake', agreed.version)
    },
  }
}

const addressOf = ({ addresses, profile }: Lease): string => addresses[profile] ?? 'wss://none'

function handshake(lease: Lease, offer: Offer, millisMax: number): Promise<Agreed> {
  if (lease.profile === 1) throw new NotApplicable('TLS: security profile 2 or 3')
  const { hostname, port } = new URL(addressOf(lease))
  return new Promise((resolve, reject) => {
    const socket = connect({
      host: hostname,
      port: Number(port === '' ? 443 : port),
      ca: [...lease.trust.roots],
      rejectUnauthorized: false,
      ...offer,
      ...(lease.identity === undefined
        ? {}
        : { key: lease.identity.keyPem, cert: lease.identity.chainPem }),
    })
    const fail = (error: Error): void => {
      socket.destroy()
      reject(error)
    }
    socket.setTimeout(millisMax, () => fail(new Error('no answer to the handshake')))
    socket.once('error', fail)
    socket.once('secureConnect', () => {
      const agreed = agreedOn(socket)
      socket.destroy()
      resolve(agreed)
    })
  })
}

function agreedOn(socket: TLSSocket): Agreed {
  const certificate = socket.getPeerCertificate()
  return {
    version: socket.getProtocol() ?? '',
    cipher: socket.getCipher().standardName,
    authorized: socket.authorized,
    serialNumber: certificate.serialNumber,
    commonName: String(certificate.subject.CN),
    key: { kind: certificate.modulus === undefined ? 'EC' : 'RSA', bits: certificate.bits ?? 0 },
    notExpired: Date.parse(certificate.valid_to) > Date.now(),
  }
}
