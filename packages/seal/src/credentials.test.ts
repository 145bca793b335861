import { nodeCrypto as crypto, systemEntropy as entropy } from '@interlock/host'
import type { CellReport, Replacement, TrustAnchorCell } from '@interlock/gbcs'
import { concat, eui64, fromHex, instant, sameBytes, toHex, type Role } from '@interlock/kernel'
import { createCa, createCsr, fromPem, issue, newSerial, peerOf, type Peer } from '@interlock/pki'
import { expect, test } from 'vitest'
import {
  judgeCredentials,
  newSigner,
  type CellHolding,
  type CredentialsCommand,
} from './credentials.ts'

const now = instant(Date.UTC(2026, 0, 5, 18))
const made = { now, entropy, crypto }
const derOf = (pem: string): Uint8Array => fromPem(pem, 'CERTIFICATE')[0] ?? new Uint8Array()

/** A root of that hierarchy, and what it issues. */
function authority(hierarchy: 'charging' | 'smartMeter') {
  const rootKey = crypto.generateKey().key
  const root = createCa(`${hierarchy}Root`, { commonName: 'Root', key: rootKey, ...made })
  const key = crypto.generateKey().key
  const ca = createCa(`${hierarchy}Issuing`, { commonName: 'CA', key, parent: root, ...made })
  return {
    key,
    root: derOf(root.certificatePem),
    issuing: derOf(ca.certificatePem),
    certify(role: Role, number: number, kind: 'Organisation' | 'Device' = 'Organisation'): Peer {
      const eui = eui64(`02-00-00-00-00-00-00-0${number}`)
      const subject = { commonName: role, role, eui, organisation: eui }
      const issued = issue({
        profile: `${hierarchy}${kind}`,
        csrPem: createCsr(crypto.generateKey().key, subject, crypto),
        subject,
        ca,
        serial: newSerial(entropy),
        now,
        crypto,
      })
      const peer = issued.ok ? peerOf(derOf(issued.value), crypto) : issued
      if (!peer.ok) throw new Error(peer.reason)
      return peer.value
    },
  }
}
const smartMeter = authority('smartMeter')
const charging = authority('charging')
const elsewhere = authority('smartMeter')
const supplier = smartMeter.certify('supplier', 1)
const renewed = smartMeter.certify('supplier', 1)
const dsrsp = smartMeter.certify('dsrsp', 2)
const other = smartMeter.certify('dsrsp', 3)

const cell = (
  role: TrustAnchorCell['role'],
  keyUsage: TrustAnchorCell['keyUsage'] = 'digitalSignature',
): TrustAnchorCell => ({ role, keyUsage })
/** Cells of a device: of the supplier and of the load controller, for signatures and for agreement. */
const held = ({ role, topUp }: TrustAnchorCell): CellHolding =>
  topUp === true ? undefined : { supplier, loadController: dsrsp }[role as 'supplier']

const demands = { roots: [smartMeter.root], at: now, crypto }
const update = (
  useCase: CredentialsCommand['useCase'],
  replacements: readonly Replacement[],
  path = [smartMeter.issuing],
): CredentialsCommand => ({
  useCase,
  originator: supplier.organisation,
  target: eui64('02-00-00-02-00-00-00-01'),
  counter: 1_000n,
  floor: 0n,
  replacements,
  path,
  timeChecks: true,
})
type Attempt = {
  readonly useCase?: CredentialsCommand['useCase']
  readonly into?: TrustAnchorCell
  readonly certificate?: Uint8Array
  readonly path?: readonly Uint8Array[]
  readonly at?: number
  readonly revoked?: (serialHex: string) => boolean
}
/** By default another load controller, by the supplier. */
function attempt({
  useCase = 'CS02g',
  into = cell('loadController'),
  certificate = other.der,
  path = [smartMeter.issuing],
  at = now,
  revoked = () => false,
}: Attempt) {
  const command = update(useCase, [{ cell: into, certificate }], [...path])
  const [change] = judgeCredentials(command, held, { ...demands, at: instant(at), revoked })
  return change
}
const outcome = (each: Attempt): CellReport['outcome'] | undefined => attempt(each)?.report.outcome

/** What the authority would sign if it were told so: the certificate with these bytes changed. */
function resigned(der: Uint8Array, from: string, to: string): Uint8Array {
  const length = ((der[6] ?? 0) << 8) | (der[7] ?? 0)
  const signed = der.slice(4, 8 + length)
  const parts = toHex(signed).split(from)
  const changed = fromHex(parts.join(to)) ?? new Uint8Array()
  expect([parts.length, changed.length]).toEqual([2, signed.length])
  const raw = crypto.sign(smartMeter.key, changed)
  const integer = (half: Uint8Array): number[] => {
    const digits = [...half].slice(half.findIndex((byte) => byte !== 0))
    const bytes = (digits[0] ?? 0) < 0x80 ? digits : [0, ...digits]
    return [0x02, bytes.length, ...bytes]
  }
  const pair = [...integer(raw.slice(0, 32)), ...integer(raw.slice(32))]
  const signature = [0x03, pair.length + 3, 0, 0x30, pair.length, ...pair]
  const algorithm = der.slice(8 + length, 8 + length + 12)
  const body = concat(changed, algorithm, Uint8Array.from(signature))
  return concat(Uint8Array.of(0x30, 0x82, body.length >> 8, body.length & 0xff), body)
}

test('a supplier changes the load controller, and renews its own certificate', () => {
  const change = attempt({})
  expect(change).toMatchObject({
    report: {
      outcome: 'success',
      before: { organisation: dsrsp.organisation },
      after: { organisation: other.organisation },
    },
  })
  expect(sameBytes(change?.holder?.der ?? new Uint8Array(), other.der)).toBe(true)
  const renewal = { useCase: 'CS02b', into: cell('supplier'), certificate: renewed.der } as const
  expect(outcome(renewal)).toBe('success')
  expect(outcome({ into: cell('loadController', 'keyAgreement') })).toBe('success')
})

const old = other.notBefore - 1_000
const late = other.notAfter + 1_000
const refusals: readonly (readonly [string, string, CellReport['outcome'], Attempt])[] = [
  [
    "the supplier's own message, into the load controller's cell",
    'CellForbidden',
    'other',
    { useCase: 'CS02b' },
  ],
  [
    "the load controller's message, into the supplier's cell",
    'CellForbidden',
    'other',
    { into: cell('supplier'), certificate: renewed.der },
  ],
  [
    "into the data company's cell",
    'CellForbidden',
    'other',
    { into: cell('accessControlBroker'), certificate: smartMeter.certify('dcc', 4).der },
  ],
  [
    'into a cell that the device has not',
    'CellUnknown',
    'noTrustAnchor',
    { into: { ...cell('loadController', 'keyAgreement'), topUp: true } },
  ],
  ['of another role', 'RoleWrong', 'badCertificate', { certificate: renewed.der }],
  [
    'of another supplier',
    'OrganisationWrong',
    'badCertificate',
    {
      useCase: 'CS02b',
      into: cell('supplier'),
      certificate: smartMeter.certify('supplier', 5).der,
    },
  ],
  [
    'of the other root',
    'ChainRefused',
    'badCertificate',
    { certificate: charging.certify('dsrsp', 3).der, path: [charging.issuing] },
  ],
  [
    'of a root that calls itself the same',
    'ChainRefused',
    'badCertificate',
    { certificate: elsewhere.certify('dsrsp', 3).der, path: [elsewhere.issuing] },
  ],
  ['without its path', 'ChainRefused', 'badCertificate', { path: [] }],
  [
    'for signatures alone',
    'ChainRefused ProfileViolated smartMeterOrganisation: keyUsage',
    'badCertificate',
    { certificate: resigned(other.der, '03020388', '03020780') },
  ],
  [
    'of an authority',
    'ChainRefused',
    'badCertificate',
    { certificate: smartMeter.issuing, path: [] },
  ],
  ['not yet valid', 'ChainRefused CertificateNotYetValid', 'badCertificate', { at: old }],
  ['expired', 'ChainRefused CertificateExpired', 'badCertificate', { at: late }],
  [
    'revoked',
    'ChainRefused CertificateRevoked',
    'badCertificate',
    { revoked: (serialHex) => serialHex === other.serialHex },
  ],
]
test.each(refusals)('a certificate is refused: %s', (_name, problem, expected, each) => {
  const change = attempt(each)
  expect(change?.holder).toBeUndefined()
  expect(change?.problem).toContain(problem)
  expect(change?.report.outcome).toBe(expected)
  expect(change?.report.after).toEqual(change?.report.before)
})

test('a certificate that the authority signs unchanged is accepted, so that only the change was refused', () => {
  expect(outcome({ certificate: resigned(other.der, '03020388', '03020388') })).toBe('success')
})

test('each cell is judged by itself, and the floor is the signer that is new', () => {
  const good = { cell: cell('loadController'), certificate: other.der }
  const bad = { cell: cell('loadController', 'keyAgreement'), certificate: renewed.der }
  const changes = judgeCredentials(update('CS02g', [good, bad]), held, demands)
  expect(changes.map(({ report }) => report.outcome)).toEqual(['success', 'badCertificate'])
  expect(newSigner(changes)?.organisation).toBe(other.organisation)
  const swapped = judgeCredentials(
    update('CS02g', [
      { ...good, cell: bad.cell },
      { ...bad, cell: good.cell },
    ]),
    held,
    demands,
  )
  expect(swapped.map(({ report }) => report.outcome)).toEqual(['success', 'badCertificate'])
  expect(newSigner(swapped)).toBeUndefined()
})

test('an empty cell takes its first certificate', () => {
  const command = update('CS02g', [{ cell: cell('loadController'), certificate: other.der }])
  const [change] = judgeCredentials(command, () => 'empty', demands)
  expect(change?.report).toMatchObject({ outcome: 'success' })
  expect(change?.report.before).toBeUndefined()
})
