import { assert, eui64, instant, type Role } from '@interlock/kernel'
import { createCa, createCsr, issue, newSerial, type Subject } from '@interlock/pki'
import { identityOf, type Identity } from './identity.ts'
import { nodeCrypto as crypto, systemEntropy as entropy } from './node-crypto.ts'

/** A charging hierarchy of its own, and identities it vouches for. */
export function testHierarchy(): {
  rootPem: string
  identity(role: Role, commonName: string): Identity
} {
  const now = instant(Date.now())
  const common = { now, entropy, crypto }
  const rootKey = crypto.generateKey().key
  const root = createCa('chargingRoot', { commonName: 'Test Root', key: rootKey, ...common })
  const key = crypto.generateKey().key
  const issuing = { commonName: 'Test Issuing', key, parent: root, ...common }
  const ca = createCa('chargingIssuing', issuing)
  let serial = 0
  return {
    rootPem: root.certificatePem,
    identity(role, commonName) {
      const number = (++serial).toString(16).padStart(2, '0')
      const eui = eui64(`90-B3-D5-1F-30-01-00-${number}`)
      const subject: Subject = { commonName, role, eui, organisation: eui }
      const { key: own, pem } = crypto.generateKey()
      const csrPem = createCsr(own, subject, crypto)
      const profile = role === 'station' ? 'chargingDevice' : 'chargingOrganisation'
      const order = {
        profile,
        csrPem,
        subject,
        ca,
        serial: newSerial(entropy),
        now,
        crypto,
      } as const
      const leaf = issue(order)
      assert(leaf.ok, 'the fixture issues its own requests')
      return identityOf(pem, `${leaf.value}${ca.certificatePem}`, commonName)
    },
  }
}
