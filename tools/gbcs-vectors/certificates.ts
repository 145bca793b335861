import { nodeCrypto as crypto, systemEntropy as entropy } from '@interlock/host'
import { assert, fromIso, instant } from '@interlock/kernel'
import { createCa, createCsr, fromPem, issue, newSerial } from '@interlock/pki'
import { identities } from './parties.ts'

/** A smart-meter hierarchy of our own, and the supplier's next certificate under it. */
const now = fromIso('2026-01-01T00:00:00Z') ?? instant(0)
const made = { now, entropy, crypto }
const newKey = () => crypto.generateKey().key
const root = createCa('smartMeterRoot', { commonName: 'Vectors root', key: newKey(), ...made })
const issuing = createCa('smartMeterIssuing', {
  commonName: 'Vectors',
  key: newKey(),
  parent: root,
  ...made,
})
const subject = {
  commonName: 'supplier',
  role: 'supplier',
  eui: identities.supplier,
  organisation: identities.supplier,
} as const
const issued = issue({
  profile: 'smartMeterOrganisation',
  csrPem: createCsr(newKey(), subject, crypto),
  subject,
  ca: issuing,
  serial: newSerial(entropy),
  now,
  crypto,
})
assert(issued.ok, 'the supplier gets a certificate')
const [der] = fromPem(issued.value, 'CERTIFICATE')
assert(der !== undefined, 'a certificate is PEM')
export const nextSupplier = der
