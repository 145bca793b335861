import type { Role } from '@interlock/kernel'
import type { KeyKind } from './key-kind.ts'

/** Which of the two roots, in different hands, a certificate hangs from. */
export type Hierarchy = 'charging' | 'smartMeter'
export type KeyUsage =
  'digitalSignature' | 'keyEncipherment' | 'keyAgreement' | 'keyCertSign' | 'cRLSign'
export type ExtendedKeyUsage = 'serverAuth' | 'clientAuth'

/**
 * One kind of certificate. A certificate is of this kind only if every column holds, exactly:
 * {@link verifyChain} reads the same rows that {@link issue} writes.
 */
export type ProfileRow = {
  readonly hierarchy: Hierarchy
  /** The row of the certificate that signs it; its own name for a root. */
  readonly issuer: string
  readonly validityDays: number
  /** Of the subject. Authorities and everyone who signs for this system have P-256. */
  readonly key: KeyKind
  readonly keyUsage: readonly KeyUsage[]
  readonly extendedKeyUsage: readonly ExtendedKeyUsage[]
  /** Path length of a CA; `undefined` for an end entity. */
  readonly pathLength: number | undefined
  /** Its own policy, and for an issuing CA `anyPolicy` for those it passes on. */
  readonly policies: readonly string[]
  readonly roles: readonly Role[]
  /** Listens on TLS, so that it names its hosts. */
  readonly hosts: boolean
}

/** Policy identifiers live under the enterprise number for examples (RFC 5612). */
const arc = '1.3.6.1.4.1.32473.1'
const anyPolicy = '2.5.29.32.0'

const ca = ['keyCertSign', 'cRLSign'] as const
const organisation = {
  validityDays: 825,
  key: 'P-256',
  keyUsage: ['digitalSignature', 'keyAgreement'],
  extendedKeyUsage: ['serverAuth', 'clientAuth'],
  pathLength: undefined,
  hosts: true,
} as const
const device = {
  validityDays: 3650,
  key: 'P-256',
  extendedKeyUsage: ['clientAuth'],
  pathLength: undefined,
  hosts: false,
} as const

export const profiles = {
  chargingRoot: {
    hierarchy: 'charging',
    issuer: 'chargingRoot',
    validityDays: 9125,
    key: 'P-256',
    keyUsage: ca,
    extendedKeyUsage: [],
    pathLength: 1,
    policies: [`${arc}.1.1`],
    roles: [],
    hosts: false,
  },
  chargingIssuing: {
    hierarchy: 'charging',
    issuer: 'chargingRoot',
    validityDays: 3650,
    key: 'P-256',
    keyUsage: ca,
    extendedKeyUsage: [],
    pathLength: 0,
    policies: [`${arc}.1.2`, anyPolicy],
    roles: [],
    hosts: false,
  },
  /** TLS and signing of an organisation: servers, countersigner, originators. */
  chargingOrganisation: {
    ...organisation,
    hierarchy: 'charging',
    issuer: 'chargingIssuing',
    policies: [`${arc}.1.3`],
    roles: [
      'authority',
      'supervisor',
      'csms',
      'dsrsp',
      'dcc',
      'supplier',
      'dso',
      'emsp',
      'keyserver',
      'broker',
      'cir',
      'installer',
      'maintainer',
      'recovery',
      'web',
    ],
  },
  /** A charging station: client of TLS, signer of its own replies. */
  chargingDevice: {
    ...device,
    hierarchy: 'charging',
    issuer: 'chargingIssuing',
    keyUsage: ['digitalSignature'],
    policies: [`${arc}.1.4`],
    roles: ['station'],
  },
  /** What a charger shows in its home: signed by itself, known by its key alone, so it names nobody. */
  homeDoor: {
    hierarchy: 'charging',
    issuer: 'homeDoor',
    validityDays: 9125,
    key: 'P-256',
    keyUsage: ['digitalSignature'],
    extendedKeyUsage: ['serverAuth'],
    pathLength: undefined,
    policies: [`${arc}.1.7`],
    roles: [],
    hosts: false,
  },
  /** The other certificate of a CSMS, for stations that only have RSA (A00.FR.318): TLS and no more. */
  chargingServer: {
    ...organisation,
    hierarchy: 'charging',
    issuer: 'chargingIssuing',
    key: 'RSA',
    keyUsage: ['digitalSignature', 'keyEncipherment'],
    extendedKeyUsage: ['serverAuth'],
    policies: [`${arc}.1.5`],
    roles: ['csms'],
  },
  /** A standard station that only has RSA (A00.FR.421): client of TLS, and signs nothing. */
  chargingStandardDevice: {
    ...device,
    hierarchy: 'charging',
    issuer: 'chargingIssuing',
    key: 'RSA',
    keyUsage: ['digitalSignature'],
    policies: [`${arc}.1.6`],
    roles: ['station'],
  },
  smartMeterRoot: {
    hierarchy: 'smartMeter',
    issuer: 'smartMeterRoot',
    validityDays: 9125,
    key: 'P-256',
    keyUsage: ca,
    extendedKeyUsage: [],
    pathLength: 1,
    policies: [`${arc}.2.1`],
    roles: [],
    hosts: false,
  },
  smartMeterIssuing: {
    hierarchy: 'smartMeter',
    issuer: 'smartMeterRoot',
    validityDays: 3650,
    key: 'P-256',
    keyUsage: ca,
    extendedKeyUsage: [],
    pathLength: 0,
    policies: [`${arc}.2.2`, anyPolicy],
    roles: [],
    hosts: false,
  },
  /** A user of the smart-meter network, and the data company itself. */
  smartMeterOrganisation: {
    ...organisation,
    hierarchy: 'smartMeter',
    issuer: 'smartMeterIssuing',
    policies: [`${arc}.2.3`],
    roles: ['dcc', 'supplier', 'dsrsp', 'csms', 'supervisor', 'web', 'recovery'],
  },
  /** Meter, communications hub, LLCS: signs, and agrees the key of a MAC. */
  smartMeterDevice: {
    ...device,
    hierarchy: 'smartMeter',
    issuer: 'smartMeterIssuing',
    keyUsage: ['digitalSignature', 'keyAgreement'],
    policies: [`${arc}.2.4`],
    roles: ['meter', 'hub', 'llcs'],
  },
} as const satisfies Record<string, ProfileRow>

export type ProfileName = keyof typeof profiles
export const profileNames = Object.keys(profiles) as ProfileName[]
export const profileRow = (name: ProfileName): ProfileRow => profiles[name]

/** The row whose own policy is among those of a certificate. */
export const profileOfPolicies = (policies: readonly string[]): ProfileName | undefined =>
  profileNames.find((name) => policies.includes(profileRow(name).policies[0] ?? ''))
