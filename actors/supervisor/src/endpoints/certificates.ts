import type { Endpoint, Reply } from '@interlock/host'
import {
  fromHex,
  ok,
  parseStationId,
  refused,
  sameBytes,
  toBase64Url,
  toHex,
  type Outcome,
} from '@interlock/kernel'
import type { ServerRefusal } from '@interlock/contract'
import {
  fromPem,
  publicKeyOfCertificate,
  spkiOf,
  verifyCsr,
  verifyFirstContactProof,
  verifyRenewalProof,
  type CertificateRequest,
  type Peer,
} from '@interlock/pki'
import { signCells } from '@interlock/seal'
import { Type, type Static } from 'typebox'
import { isInService, type Device } from '../core/device.ts'
import { grant, refuse, type Act, type Supervisor } from '../supervisor.ts'
import { StationName, strict } from './shapes.ts'

const CertificateOrder = Type.Object(
  {
    stationId: StationName,
    csrPem: Type.String({ minLength: 1, maxLength: 8_192 }),
    /** True on the unit's first connection; otherwise the key in force names its successor. */
    firstContact: Type.Boolean(),
  },
  strict,
)
type CertificateOrder = Static<typeof CertificateOrder>

export const certificateEndpoints = (supervisor: Supervisor): Endpoint[] => [
  {
    method: 'POST',
    url: '/api/v1/certificates',
    roles: ['csms'],
    body: CertificateOrder,
    handle: ({ body, peer }) => {
      const order = body as CertificateOrder
      return supervisor.turn(`certificate ${order.stationId}`, () =>
        certify(order, peer, supervisor),
      )
    },
  },
]

/** docs/flows/commissioning.md, step 4. */
async function certify(
  order: CertificateOrder,
  peer: Peer,
  supervisor: Supervisor,
): Promise<Reply> {
  const { deps, devices, authority } = supervisor
  const act: Act = {
    kind: 'Certificate',
    station: order.stationId,
    facts: { firstContact: order.firstContact, by: peer.organisation },
  }
  const id = parseStationId(order.stationId)
  const device = id === undefined ? undefined : await devices.find(id)
  if (device === undefined) return refuse(supervisor, act, 'DeviceUnknown', order.stationId)
  if (device.csms !== peer.organisation)
    return refuse(supervisor, act, 'IdentityMismatch', 'another CSMS is bound to it')
  const request = verifyCsr(order.csrPem, deps.crypto)
  if (!request.ok) return refuse(supervisor, act, 'RequestInvalid', request.detail, request.reason)
  if (!isFor(device, request.value))
    return refuse(supervisor, act, 'IdentityMismatch', 'the request names someone else')

  if (request.value.publicKey.kind !== 'P-256' && device.trust !== 'standard')
    return refuse(supervisor, act, 'RequestInvalid', 'a supervised station signs with P-256')

  const key = toHex(deps.crypto.sha256(request.value.publicKey.spki))
  if (hasKey(device, request.value))
    return { status: 200, body: answer(device, device.chainPem ?? '', supervisor) }
  const proven = provenBy(order, device)(device, request.value, key, supervisor)
  if (!proven.ok) return refuse(supervisor, act, proven.reason, proven.detail)
  const once = order.firstContact && device.trust === 'supervised'
  if (once && !(await devices.claimFirstContact(device.stationId, key)))
    return refuse(supervisor, act, 'DeviceState', 'its first contact was used for another key')

  supervisor.audit.record('CertificateOrdered', { station: device.stationId, key })
  const issued = await authority.issue({
    profile: request.value.publicKey.kind === 'RSA' ? 'chargingStandardDevice' : 'chargingDevice',
    csrPem: order.csrPem,
    subject: {
      commonName: device.stationId,
      role: 'station',
      eui: device.eui,
      organisation: device.csms,
    },
  })
  if (!issued.ok) {
    if (once) await devices.releaseFirstContact(device.stationId, key)
    return refuse(supervisor, act, issued.reason, issued.detail)
  }
  const { serialHex, chainPem } = issued.value
  await devices.certified(device.stationId, issued.value)
  const body = answer(device, chainPem, supervisor)
  return grant(supervisor, act, { status: 200, body }, { serialHex, key })
}

const isFor = (device: Device, { commonName, identity }: CertificateRequest): boolean =>
  commonName === device.stationId &&
  (identity === undefined ||
    (identity.role === 'station' &&
      identity.eui === device.eui &&
      identity.organisation === device.csms))

/** The answer was lost on the way: the same key gets the same certificate. */
function hasKey(device: Device, request: CertificateRequest): boolean {
  const [leaf] = fromPem(device.chainPem ?? '', 'CERTIFICATE')
  return (
    isInService(device) && leaf !== undefined && sameBytes(spkiOf(leaf), request.publicKey.spki)
  )
}

const keyInForce = (device: Device, crypto: Supervisor['deps']['crypto']) => {
  const [leaf] = fromPem(device.chainPem ?? '', 'CERTIFICATE')
  return leaf === undefined ? undefined : publicKeyOfCertificate(leaf, crypto)
}

type Proof = Outcome<undefined, ServerRefusal>
type Proves = (
  device: Device,
  request: CertificateRequest,
  key: string,
  supervisor: Supervisor,
) => Proof

const provenBy = ({ firstContact: first }: CertificateOrder, { trust }: Device): Proves =>
  trust === 'standard' ? vouched : first ? firstContact : renewal

/** A standard station knows no proof of ours: its CSMS, which authenticated it, answers for it. */
const vouched: Proves = (device, _request, _key, { revocations }) => {
  if (!isInService(device)) return refused('DeviceState', `it is ${device.state}`)
  return device.serialHex !== undefined && revocations.isRevoked(device.serialHex)
    ? refused('CertificateRevoked', 'the certificate in force is revoked')
    : ok(undefined)
}

function firstContact(
  device: Device,
  { challenge, publicKey }: CertificateRequest,
  key: string,
  { deps: { crypto } }: Supervisor,
): Proof {
  const used = device.firstContactKey !== undefined && device.firstContactKey !== key
  if (device.state !== 'prenotified' || used)
    return refused('DeviceState', `first contact is over; it is ${device.state}`)
  const secret = fromHex(device.secretSha256) ?? new Uint8Array()
  return verifyFirstContactProof(challenge, secret, device.stationId, publicKey, crypto)
    ? ok(undefined)
    : refused('RequestInvalid', 'the proof of first contact does not verify')
}

function renewal(
  device: Device,
  { challenge, publicKey }: CertificateRequest,
  _key: string,
  { deps: { crypto }, revocations }: Supervisor,
): Proof {
  if (!isInService(device)) return refused('DeviceState', `it is ${device.state}`)
  if (device.serialHex !== undefined && revocations.isRevoked(device.serialHex))
    return refused('CertificateRevoked', 'the certificate in force is revoked')
  const old = keyInForce(device, crypto)
  return old !== undefined &&
    verifyRenewalProof(challenge, old, device.stationId, publicKey, crypto)
    ? ok(undefined)
    : refused('RequestInvalid', 'the key in force did not sign for its successor')
}

/**
 * The certificate, and those that the station pins, one for each role that may speak to it: signed
 * for this station and this key, since the CSMS carries them.
 */
function answer(device: Device, chainPem: string, supervisor: Supervisor): object {
  const { providers, identity, deps } = supervisor
  const provided = [
    { role: 'csms' as const, organisation: device.csms },
    { role: 'dsrsp' as const, organisation: device.dsrsp },
  ].flatMap(({ role, organisation }) => {
    const provider = organisation === undefined ? undefined : providers.find(organisation, role)
    return provider === undefined ? [] : [{ role, certificatePem: leafOf(provider.chainPem) }]
  })
  const own = { role: 'supervisor' as const, certificatePem: leafOf(identity.chainPem) }
  const [leaf = new Uint8Array()] = fromPem(chainPem, 'CERTIFICATE')
  const statement = {
    station: device.eui,
    key: toBase64Url(deps.crypto.sha256(spkiOf(leaf))),
    cells: [own, ...provided],
    at: deps.wall.now(),
  }
  const signer = { key: identity.key, chain: fromPem(identity.chainPem, 'CERTIFICATE') }
  return { chainPem, cells: signCells(statement, signer, deps.crypto) }
}

const leafOf = (chainPem: string): string =>
  `${chainPem.split('-----END CERTIFICATE-----')[0]}-----END CERTIFICATE-----\n`
