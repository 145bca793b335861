import { nodeCrypto, systemClock, systemEntropy, identityOf, type Identity } from '@interlock/host'
import { eui64 } from '@interlock/kernel'
import { createCa, createCsr, issue, newSerial } from '@interlock/pki'

/** A certificate that says it is that station, under a root that nobody trusts. */
export function otherIdentity(commonName: string): Identity {
  const common = { now: systemClock.now(), entropy: systemEntropy, crypto: nodeCrypto }
  const root = createCa('chargingRoot', {
    ...common,
    commonName: 'Another Root',
    key: nodeCrypto.generateKey().key,
  })
  const ca = createCa('chargingIssuing', {
    ...common,
    commonName: 'Another Issuing',
    key: nodeCrypto.generateKey().key,
    parent: root,
  })
  const eui = eui64('02-00-00-0F-00-00-00-01')
  const subject = { commonName, role: 'station' as const, eui, organisation: eui }
  const { key, pem } = nodeCrypto.generateKey()
  const issued = issue({
    profile: 'chargingDevice',
    subject,
    csrPem: createCsr(key, subject, nodeCrypto),
    ca,
    serial: newSerial(systemEntropy),
    now: common.now,
    crypto: nodeCrypto,
  })
  if (!issued.ok) throw new TypeError(issued.reason)
  return identityOf(pem, issued.value + ca.certificatePem, 'a certificate of another root')
}

/** PEM of a root that nobody knew before. */
export const openRoot = (): string =>
  createCa('chargingRoot', {
    now: systemClock.now(),
    entropy: systemEntropy,
    crypto: nodeCrypto,
    commonName: 'A New Root',
    key: nodeCrypto.generateKey().key,
  }).certificatePem
