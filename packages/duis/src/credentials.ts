import { oneOf, certificate, truth, wholeLong } from './leaves.ts'
import { child, holding, optional, several, struct } from './shape.ts'

/** Whose certificates are replaced. The standard has more; devices here have cells for these. */
export const credentialsRoles = ['Supplier', 'LoadController'] as const
export type CredentialsRole = (typeof credentialsRoles)[number]

/** DER, each for the cell of its name. */
export type ReplacementCertificates = {
  readonly signing: Uint8Array
  readonly keyAgreement: Uint8Array
  readonly topUp?: Uint8Array | undefined
}

/** 6.15.1, executed at once: its own date of execution is not taken. */
export type CredentialsBody = {
  readonly kind: 'credentials'
  readonly role: CredentialsRole
  /** The new holder's counters count above this, 0…2⁶³ − 1. */
  readonly floor: bigint
  /** The same for prepayment top-ups. */
  readonly topUpFloor?: bigint | undefined
  readonly certificates: ReplacementCertificates
  /** Between those and the root; DER. */
  readonly path: readonly Uint8Array[]
  /** Whether the device looks at the certificates' periods. */
  readonly timeChecks: boolean
}

const floor = wholeLong((1n << 63n) - 1n)

export const credentials = struct<Omit<CredentialsBody, 'kind'>>({
  role: child('RemotePartyRole', oneOf(...credentialsRoles)),
  floor: child('RemotePartyFloorSeqNumber', floor),
  topUpFloor: optional('RemotePartyPrepaymentTopUpFloorSeqNumber', floor),
  certificates: child(
    'ReplacementCertificates',
    holding(
      child(
        'SupplierOrNetworkOperatorCertificates',
        struct<ReplacementCertificates>({
          signing: child('DigitalSigningCertificate', certificate),
          keyAgreement: child('KeyAgreementCertificate', certificate),
          topUp: optional('KeyAgreementTopUpCertificate', certificate),
        }),
      ),
    ),
  ),
  path: child(
    'CertificationPathCertificates',
    holding(several('Certificate', certificate, { min: 1, max: 3 })),
  ),
  timeChecks: child('ApplyTimeBasedCPVChecks', truth),
})
