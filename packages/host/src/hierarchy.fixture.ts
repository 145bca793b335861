import { connect, type ConnectionOptions, type TLSSocket } from 'node:tls'
import { assert, eui64, instant, type Activity, type Role } from '@interlock/kernel'
import {
  createCa,
  createCsr,
  createRsaCsr,
  issue,
  newSerial,
  type CertificateAuthority,
  type ProfileName,
  type Subject,
} from '@interlock/pki'
import { identityOf, type Identity, type KeyPair } from './identity.ts'
import { generateRsaKey, nodeCrypto as crypto, systemEntropy as entropy } from './node-crypto.ts'
import { clientTls, type Trust } from './tls.ts'

const day = 86_400_000

/** A charging root and issuing authority for one test, and whatever it issues. */
export function createHierarchy() {
  // Old enough to have issued what has expired since.
  const now = instant(Date.now() - 1_000 * day)
  const root = createCa('chargingRoot', { ...keyed('Test Root'), now, entropy, crypto })
  const { key, pem: issuingKeyPem } = crypto.generateKey()
  const issuing = createCa('chargingIssuing', {
    commonName: 'Test Issuing',
    key,
    parent: root,
    now,
    entropy,
    crypto,
  })
  const certify = (role: Role, commonName: string = role, expired = false): Identity =>
    certifyWith(issuing, role, commonName, expired ? now : instant(Date.now()))
  /** For TLS alone: the other certificate of a CSMS, or a standard station's. */
  const certifyRsa = (role: 'csms' | 'station', commonName: string): KeyPair => {
    const { pem, ...signer } = generateRsaKey()
    const subject = subjectOf(role, commonName)
    const profile = role === 'csms' ? 'chargingServer' : 'chargingStandardDevice'
    const csrPem = createRsaCsr(signer, subject)
    return { keyPem: pem, chainPem: issuedBy(issuing, { profile, subject, csrPem }) }
  }
  return { roots: [root.certificatePem], issuing, issuingKeyPem, certify, certifyRsa }
}

const keyed = (commonName: string) => ({ commonName, key: crypto.generateKey().key })

function certifyWith(
  ca: CertificateAuthority,
  role: Role,
  commonName: string,
  now: ReturnType<typeof instant>,
): Identity {
  const { key, pem } = crypto.generateKey()
  const subject = subjectOf(role, commonName)
  const profile = role === 'station' ? 'chargingDevice' : 'chargingOrganisation'
  const csrPem = createCsr(key, subject, crypto)
  return identityOf(pem, issuedBy(ca, { profile, subject, csrPem }, now), commonName)
}

const subjectOf = (role: Role, commonName: string): Subject => ({
  commonName,
  role,
  eui: eui64('90-B3-D5-1F-30-01-00-01'),
  organisation: eui64('90-B3-D5-1F-30-01-00-00'),
})

/** A chain, PEM. */
function issuedBy(
  ca: CertificateAuthority,
  order: { profile: ProfileName; subject: Subject; csrPem: string },
  now = instant(Date.now()),
): string {
  const issued = issue({ ...order, ca, serial: newSerial(entropy), now, crypto })
  assert(issued.ok, `issued: ${JSON.stringify(issued)}`)
  return issued.value + ca.certificatePem
}

/** A bare TLS connection, for what no client of ours would send. */
export function rawConnection(
  options: ConnectionOptions & { port: number; identity: Identity | undefined; trust: Trust },
): Promise<TLSSocket> {
  const { identity, trust, ...rest } = options
  return new Promise((resolve, reject) => {
    const socket = connect({ ...clientTls(identity, trust), host: '127.0.0.1', ...rest })
    socket.once('error', reject)
    socket.once('secureConnect', () => resolve(socket))
  })
}

/** Notes what begins, ends and is handled. */
export function recordedActivity(): Activity & { inFlight: Set<string>; handled: string[] } {
  const inFlight = new Set<string>()
  const handled: string[] = []
  return {
    inFlight,
    handled,
    begin(key) {
      inFlight.add(key)
      return () => inFlight.delete(key)
    },
    end: (key) => void inFlight.delete(key),
    within(key, work) {
      handled.push(key)
      return work()
    },
    parked: (work) => work(),
  }
}
