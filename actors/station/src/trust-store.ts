import { factsOf, hashOf, isSelfSigned, type CertificateHash } from '@interlock/host'
import type { Request, Response } from '@interlock/ocpp'
import type { Station } from './station.ts'

export type CertificateUse = Request<'InstallCertificate'>['certificateType']
export type StoredCertificate = { readonly use: CertificateUse; readonly pem: string }
type Installed = NonNullable<Response<'GetInstalledCertificateIds'>['certificateHashDataChain']>

/** The CA certificates of the station, by use (M03 … M05). */
export type TrustStore = {
  of(use: CertificateUse): readonly string[]
  readonly entries: number
  /** M05. A reason when it was not taken. */
  install(use: CertificateUse, pem: string): string | undefined
  /** M04. */
  remove(hash: CertificateHash): Response<'DeleteCertificate'>['status']
  /** M03. */
  list(uses: readonly string[] | undefined): Installed
}

const givenUses = [
  ['CSMSRootCertificate', 'charging'],
  ['ManufacturerRootCertificate', 'manufacturer'],
] as const

/** What `SecurityCtrlr.CertificateEntries` says is the most. */
export const certificatesMax = 16

export function createTrustStore(station: () => Station): TrustStore {
  const all = (): readonly StoredCertificate[] => station().keeper.memory.certificates ?? given()
  /** Before anything was installed: what the config says. */
  const given = (): readonly StoredCertificate[] =>
    givenUses.flatMap(([use, hierarchy]) => station().roots[hierarchy].map((pem) => ({ use, pem })))
  const keep = (certificates: readonly StoredCertificate[]): void =>
    station().keeper.commit({ set: { certificates } })
  const of: TrustStore['of'] = (use) =>
    all()
      .filter((each) => each.use === use)
      .map(({ pem }) => pem)

  return {
    of,
    get entries() {
      return all().length
    },
    install(use, pem) {
      const facts = factsOf(pem)
      const now = station().deps.wall.now()
      // M05.FR.07
      if (facts === undefined || !facts.isAuthority || !facts.isStrong) return 'InvalidCertificate'
      if (now < facts.notBefore || now > facts.notAfter) return 'InvalidCertificate'
      if (use === 'CSMSRootCertificate' && !isSelfSigned(pem)) return 'InvalidCertificate'
      const others = all().filter((each) => each.use !== use || each.pem !== facts.pem)
      if (others.length >= certificatesMax) return 'OutOfStorage'
      station().records.before('CertificateInstalled', { use, serial: facts.serialHex })
      keep([...others, { use, pem: facts.pem }])
      return undefined
    },
    remove(hash) {
      const is = (pem: string, issuers: readonly string[] = []): boolean =>
        sameHash(hashOf(pem, hash.hashAlgorithm, issuers), hash)
      const chain = station().identity()?.chainPem
      // M04.FR.06: the station's own certificate leaves with its successor only.
      if (chain !== undefined && is(chain, [chain, ...of('CSMSRootCertificate')])) return 'Failed'
      const kept = all().filter(({ pem }) => !is(pem))
      if (kept.length === all().length) return 'NotFound'
      // Without a root no CSMS could be believed any more, this one neither.
      const needsRoot = station().network.securityProfile() >= 2
      const hasRoot = kept.some(({ use }) => use === 'CSMSRootCertificate')
      if (needsRoot && !hasRoot) return 'Failed'
      station().records.before('CertificateDeleted', { serial: hash.serialNumber })
      keep(kept)
      return 'Accepted'
    },
    list: (uses) =>
      all().flatMap(({ use, pem }) => {
        const certificateHashData = hashOf(pem, 'SHA256')
        const wanted = uses === undefined || uses.length === 0 || uses.includes(use)
        return wanted && certificateHashData !== undefined
          ? [{ certificateType: use, certificateHashData }]
          : []
      }),
  }
}

const sameHash = (found: CertificateHash | undefined, asked: CertificateHash): boolean =>
  found !== undefined &&
  found.issuerNameHash === asked.issuerNameHash.toLowerCase() &&
  found.issuerKeyHash === asked.issuerKeyHash.toLowerCase() &&
  found.serialNumber === asked.serialNumber.toLowerCase().replace(/^0+(?=.)/, '')
