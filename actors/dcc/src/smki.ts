import { limits } from '@interlock/contract'
import {
  ensureDir,
  openJournal,
  readSecret,
  readText,
  systemEntropy,
  writeAtomic,
  type ActorDeps,
} from '@interlock/host'
import { Fault, millis, type Instant } from '@interlock/kernel'
import {
  createCa,
  createCrl,
  createCsr,
  issue,
  newSerial,
  type CertificateAuthority,
  type ProfileName,
  type Subject,
} from '@interlock/pki'

/** What the ceremony needs of the world. Validity is wall time. */
export type SmkiDeps = Pick<ActorDeps, 'wall' | 'crypto'>

/**
 * The smart-meter key infrastructure: the second root, in other hands than the charging one. It signs
 * what a ceremony asks for; the running data company holds none of its keys.
 */
export type Smki = {
  /** The trust anchor everybody is given, PEM. */
  readonly rootPem: string
  readonly issuingPem: string
  /** Signs a request: the key stays with whoever made it. Gives the chain, leaf first. */
  certifyRequest(csrPem: string, subject: Subject): string
  /** Makes a key and signs its certificate, for a ceremony that sets up a whole world. */
  certify(subject: Subject): { readonly keyPem: string; readonly chainPem: string }
  /** Revokes a certificate and gives the new list, PEM. */
  revoke(serialHex: string): string
  /** A new list, PEM, also when nobody was revoked: devices believe none older than 72 h. */
  newList(): string
  close(): void
}

type Entry =
  | { readonly kind: 'made' }
  | { readonly kind: 'issued'; readonly certificatePem: string; readonly at: Instant }
  | { readonly kind: 'revoked'; readonly serialHex: string; readonly at: Instant }
  | { readonly kind: 'listed'; readonly at: Instant }

/** Makes root and issuing authority in `dir`, or opens those that are there. Keys are 0600. */
export function createSmki(dir: string, deps: SmkiDeps): Smki {
  const { wall, crypto } = deps
  ensureDir(dir)
  const journal = openJournal(`${dir}/smki.journal`)
  if (journal.entries().length === 0) {
    make(dir, deps)
    journal.append({ kind: 'made' } satisfies Entry)
  }
  const ca: CertificateAuthority = {
    profile: 'smartMeterIssuing',
    certificatePem: readText(`${dir}/issuing/certificate.pem`),
    key: crypto.privateKey(readSecret(`${dir}/issuing/key.pem`)),
  }

  const certifyRequest = (csrPem: string, subject: Subject): string => {
    const at = wall.now()
    const issued = issue({
      profile: profileOf(subject),
      subject,
      csrPem,
      ca,
      serial: newSerial(systemEntropy),
      now: at,
      crypto,
    })
    if (!issued.ok)
      throw new Fault('RequestRefused', `${subject.commonName}: ${issued.reason}`, {
        remedy: 'make the request for the subject and role it is for',
      })
    journal.append({ kind: 'issued', certificatePem: issued.value, at } satisfies Entry)
    return issued.value + ca.certificatePem
  }

  const newList = (): string => {
    const now = wall.now()
    journal.append({ kind: 'listed', at: now } satisfies Entry)
    const entries = journal.entries() as readonly Entry[]
    const revoked = entries.filter((entry) => entry.kind === 'revoked')
    return createCrl({
      ca,
      revoked,
      // Every list is entered before it is signed, so that no number is given twice.
      number: entries.length,
      now,
      validMillis: millis(limits.revocationListMillisMax),
      crypto,
    })
  }

  return {
    rootPem: readText(`${dir}/root/certificate.pem`),
    issuingPem: ca.certificatePem,
    certifyRequest,
    certify(subject) {
      const { key, pem } = crypto.generateKey()
      return { keyPem: pem, chainPem: certifyRequest(createCsr(key, subject, crypto), subject) }
    },
    revoke(serialHex) {
      journal.append({ kind: 'revoked', serialHex, at: wall.now() } satisfies Entry)
      return newList()
    },
    newList,
    close: () => journal.close(),
  }
}

const profileOf = ({ role }: Subject): ProfileName =>
  role === 'meter' || role === 'hub' || role === 'llcs'
    ? 'smartMeterDevice'
    : 'smartMeterOrganisation'

function make(dir: string, { wall, crypto }: SmkiDeps): void {
  const common = { now: wall.now(), entropy: systemEntropy, crypto }
  const rootKey = crypto.generateKey()
  const issuingKey = crypto.generateKey()
  const root = createCa('smartMeterRoot', {
    ...common,
    commonName: 'Interlock Smart Meter Root',
    key: rootKey.key,
  })
  const issuing = createCa('smartMeterIssuing', {
    ...common,
    commonName: 'Interlock Smart Meter Issuing',
    key: issuingKey.key,
    parent: root,
  })
  save(`${dir}/root`, rootKey.pem, root.certificatePem)
  save(`${dir}/issuing`, issuingKey.pem, issuing.certificatePem)
}

function save(dir: string, keyPem: string, certificatePem: string): void {
  ensureDir(dir)
  writeAtomic(`${dir}/key.pem`, keyPem, 0o600)
  writeAtomic(`${dir}/certificate.pem`, certificatePem, 0o644)
}
