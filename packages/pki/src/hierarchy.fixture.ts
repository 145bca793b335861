import { nodeCrypto as crypto, systemEntropy as entropy } from '@interlock/host'
import { assert, eui64, instant, type PrivateKey } from '@interlock/kernel'
import {
  createCa,
  createCsr,
  fromPem,
  issue,
  newSerial,
  type CertificateAuthority,
  type ProfileName,
  type Subject,
} from './index.ts'

/** Both levels of the charging hierarchy and whatever a test has it sign. */

export const now = instant(Date.now())
export const station: Subject = {
  commonName: 'station-1',
  role: 'station',
  eui: eui64('90-B3-D5-1F-30-01-00-01'),
  organisation: eui64('90-B3-D5-1F-30-00-00-01'),
}
export const csms: Subject = {
  commonName: 'csms',
  role: 'csms',
  eui: eui64('90-B3-D5-1F-30-02-00-01'),
  organisation: eui64('90-B3-D5-1F-30-02-00-00'),
}

export const root = createCa('chargingRoot', {
  commonName: 'Interlock Charging Root',
  key: crypto.generateKey().key,
  now,
  entropy,
  crypto,
})
const issuingKey = crypto.generateKey()
export const issuingKeyPem = issuingKey.pem
export const issuing = createCa('chargingIssuing', {
  commonName: 'Interlock Charging Issuing',
  key: issuingKey.key,
  parent: root,
  now,
  entropy,
  crypto,
})

export const only = (pem: string): Uint8Array => {
  const [der] = fromPem(pem, 'CERTIFICATE')
  assert(der !== undefined, 'the PEM holds a certificate')
  return der
}

export function certify(
  subject: Subject,
  profile: ProfileName,
  options: { ca?: CertificateAuthority; key?: PrivateKey } = {},
): { pem: string; der: Uint8Array } {
  const key = options.key ?? crypto.generateKey().key
  const issued = issue({
    profile,
    subject,
    csrPem: createCsr(key, subject, crypto),
    ca: options.ca ?? issuing,
    serial: newSerial(entropy),
    now,
    crypto,
  })
  assert(issued.ok, `issued: ${JSON.stringify(issued)}`)
  return { pem: issued.value, der: only(issued.value) }
}
