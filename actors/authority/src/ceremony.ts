import {
  ensureDir,
  generateRsaKey,
  openJournal,
  systemEntropy,
  type ActorDeps,
} from '@interlock/host'
import { assert, type Instant } from '@interlock/kernel'
import {
  createCa,
  createCsr,
  createRsaCsr,
  issue,
  newSerial,
  profileRow,
  type CertificateAuthority,
  type ProfileName,
  type Subject,
} from '@interlock/pki'
import { loadAuthority, saveAuthority } from './authority-folder.ts'

/** What the ceremony needs of the world. Validity is wall time. */
export type CeremonyDeps = Pick<ActorDeps, 'wall' | 'crypto'>

/** The offline set-up of the charging root. Afterwards `<dir>/root` is taken away. */
export type Ceremony = {
  /** The trust anchor everybody is given, PEM. */
  readonly rootPem: string
  readonly issuingPem: string
  /** The folder that the running authority is given: the issuing key and what was signed here. */
  readonly issuingDir: string
  /** Makes a key and signs its certificate: for organisations, which have no first contact. */
  certify(
    subject: Subject,
    options?: { readonly profile?: ProfileName; readonly hosts?: readonly string[] },
  ): { readonly keyPem: string; readonly chainPem: string }
  close(): void
}

/** A line of the ceremony's journal; the running authority takes them into its register. */
export type CeremonyEntry =
  | { readonly kind: 'made' }
  | {
      readonly kind: 'issued'
      readonly profile: ProfileName
      readonly certificatePem: string
      readonly at: Instant
    }

export const ceremonyJournal = (issuingDir: string): string => `${issuingDir}/ceremony.journal`

/**
 * Makes root and issuing authority in `dir`, or opens those that are there. Keys are 0600.
 * @throws Fault when a file cannot be written, or what is there cannot be read.
 */
export function createAuthority(dir: string, deps: CeremonyDeps): Ceremony {
  const rootDir = `${dir}/root`
  const issuingDir = `${dir}/issuing`
  ensureDir(issuingDir)
  const journal = openJournal(ceremonyJournal(issuingDir))
  const record = (entry: CeremonyEntry): void => journal.append(entry)
  if (journal.entries().length === 0) {
    make(rootDir, issuingDir, deps)
    record({ kind: 'made' })
  }
  const ca = loadAuthority(issuingDir, 'chargingIssuing', deps.crypto)
  return {
    rootPem: loadAuthority(rootDir, 'chargingRoot', deps.crypto).certificatePem,
    issuingPem: ca.certificatePem,
    issuingDir,
    certify(subject, { profile = 'chargingOrganisation', hosts } = {}) {
      const { pem, csrPem } = requested(profile, subject, deps)
      const at = deps.wall.now()
      const issued = issue({
        profile,
        subject,
        csrPem,
        ca,
        serial: newSerial(systemEntropy),
        now: at,
        crypto: deps.crypto,
        ...(hosts === undefined ? {} : { hosts }),
      })
      assert(issued.ok, `the table has no ${profile} for ${subject.role}`)
      record({ kind: 'issued', profile, certificatePem: issued.value, at })
      return { keyPem: pem, chainPem: issued.value + ca.certificatePem }
    },
    close: () => journal.close(),
  }
}

/** A new key of the kind that the table wants, and the request for it. */
function requested(
  profile: ProfileName,
  subject: Subject,
  { crypto }: CeremonyDeps,
): { readonly pem: string; readonly csrPem: string } {
  if (profileRow(profile).key === 'RSA') {
    const { pem, ...signer } = generateRsaKey()
    return { pem, csrPem: createRsaCsr(signer, subject) }
  }
  const { key, pem } = crypto.generateKey()
  return { pem, csrPem: createCsr(key, subject, crypto) }
}

function make(rootDir: string, issuingDir: string, { wall, crypto }: CeremonyDeps): void {
  const common = { now: wall.now(), entropy: systemEntropy, crypto }
  const rootKey = crypto.generateKey()
  const issuingKey = crypto.generateKey()
  const root: CertificateAuthority = createCa('chargingRoot', {
    ...common,
    commonName: 'Interlock Charging Root',
    key: rootKey.key,
  })
  const issuing = createCa('chargingIssuing', {
    ...common,
    commonName: 'Interlock Charging Issuing',
    key: issuingKey.key,
    parent: root,
  })
  saveAuthority(rootDir, rootKey.pem, root.certificatePem)
  saveAuthority(issuingDir, issuingKey.pem, issuing.certificatePem)
}
