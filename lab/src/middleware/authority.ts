import {
  identityOf,
  nodeCrypto as crypto,
  saveIdentity,
  systemClock,
  systemEntropy as entropy,
  writeAtomic,
  type Identity,
} from '@interlock/host'
import { assert, eui64, type Eui64, type Role } from '@interlock/kernel'
import { createCa, createCsr, issue, newSerial } from '@interlock/pki'

export type Authority = {
  /** Path of the root, PEM. */
  readonly root: string
  readonly rootPem: string
  /** Somebody of an organisation of its own, unless one is given; key and chain are in `folderOf`. */
  certify(role: Role, name: string, organisation?: Eui64): Identity
  readonly folderOf: (name: string) => string
}

/** A charging root of a lab, and whomever it certifies. */
export function openAuthority(dir: string): Authority {
  const now = systemClock.now()
  const keyed = (commonName: string) => ({
    commonName,
    key: crypto.generateKey().key,
    now,
    entropy,
    crypto,
  })
  const root = createCa('chargingRoot', keyed('root'))
  const ca = createCa('chargingIssuing', { ...keyed('issuing'), parent: root })
  const path = `${dir}/root.pem`
  writeAtomic(path, root.certificatePem, 0o644)
  let count = 0
  const folderOf = (name: string): string => `${dir}/identities/${name}`
  return {
    root: path,
    rootPem: root.certificatePem,
    folderOf,
    certify(role, name, organisation) {
      const digits = (++count).toString(16).toUpperCase().padStart(4, '0')
      const eui = eui64(`02-00-00-00-00-0A-${digits.slice(0, 2)}-${digits.slice(2)}`)
      const { key, pem } = crypto.generateKey()
      const subject = { commonName: name, role, eui, organisation: organisation ?? eui }
      const issued = issue({
        profile: role === 'station' ? 'chargingDevice' : 'chargingOrganisation',
        csrPem: createCsr(key, subject, crypto),
        subject,
        ca,
        serial: newSerial(entropy),
        now,
        crypto,
      })
      assert(issued.ok, `${name} is certified`)
      const identity = identityOf(pem, issued.value + ca.certificatePem, name)
      saveIdentity(folderOf(name), identity.keyPem, identity.chainPem)
      return identity
    },
  }
}
