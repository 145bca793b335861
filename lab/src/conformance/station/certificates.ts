import type { ServerOptions } from 'node:https'
import { nodeCrypto, systemClock, systemEntropy } from '@interlock/host'
import { assert, type Eui64, type Instant } from '@interlock/kernel'
import { createCa, createCsr, issue, newSerial, verifyCsr, type Subject } from '@interlock/pki'
import { organisations } from '../../street/address-book.ts'

type Made = { readonly keyPem: string; readonly chainPem: string }

/** The certificates of a run: a root that the station trusts, and what hangs from it. */
export type Certificates = {
  readonly rootPem: string
  /** With `hosts` or an `at` of its own it may be one that a station must not believe. */
  server(securityProfile: 2 | 3, unlike?: Unlike): ServerOptions
  station(stationId: string, eui: Eui64): Made
  /** Signs a station's request; its chain, PEM. */
  signs(csrPem: string): string
}
type Unlike = { readonly hosts?: readonly string[]; readonly at?: Instant }

const loopback = '127.0.0.1'

/** A hierarchy of its own each time: of two, neither trusts what hangs from the other. */
export function createCertificates(): Certificates {
  const now = systemClock.now()
  const common = { now, entropy: systemEntropy, crypto: nodeCrypto }
  const authority = (profile: 'chargingRoot' | 'chargingIssuing', parent?: typeof root) =>
    createCa(profile, {
      ...common,
      commonName: `Conformance ${profile}`,
      key: nodeCrypto.generateKey().key,
      ...(parent === undefined ? {} : { parent }),
    })
  const root: ReturnType<typeof createCa> = authority('chargingRoot')
  const ca = authority('chargingIssuing', root)

  const signed = (
    csrPem: string,
    subject: Subject,
    profile: 'chargingDevice' | 'chargingOrganisation',
    { hosts, at = now }: Unlike = {},
  ): string => {
    const issued = issue({
      profile,
      subject,
      csrPem,
      ca,
      serial: newSerial(systemEntropy),
      now: at,
      crypto: nodeCrypto,
      ...(hosts === undefined ? {} : { hosts }),
    })
    assert(issued.ok, `${subject.commonName} gets a certificate`)
    return issued.value + ca.certificatePem
  }
  const made = (
    subject: Subject,
    profile: 'chargingDevice' | 'chargingOrganisation',
    unlike?: Unlike,
  ): Made => {
    const { key, pem } = nodeCrypto.generateKey()
    const csrPem = createCsr(key, subject, nodeCrypto)
    return { keyPem: pem, chainPem: signed(csrPem, subject, profile, unlike) }
  }
  const eui = organisations.csms
  /** A00.FR.510: it is named after the host that the station calls. */
  const ofCsms = ([host = loopback]: readonly string[] = []): Subject => ({
    commonName: host,
    role: 'csms',
    eui,
    organisation: eui,
  })
  const ofStation = (commonName: string, station: Eui64): Subject => ({
    commonName,
    role: 'station',
    eui: station,
    organisation: station,
  })
  return {
    rootPem: root.certificatePem,
    server(securityProfile, unlike) {
      const { keyPem, chainPem } = made(ofCsms(unlike?.hosts), 'chargingOrganisation', unlike)
      return {
        key: keyPem,
        cert: chainPem,
        ca: [root.certificatePem],
        ...(securityProfile === 3 ? { requestCert: true, rejectUnauthorized: true } : {}),
      }
    },
    station: (commonName, station) => made(ofStation(commonName, station), 'chargingDevice'),
    signs(csrPem) {
      const request = verifyCsr(csrPem, nodeCrypto)
      assert(request.ok, 'the request was verified before')
      const { commonName, identity } = request.value
      const subject = { ...ofStation(commonName, eui), ...identity }
      return signed(csrPem, subject, 'chargingDevice')
    },
  }
}
