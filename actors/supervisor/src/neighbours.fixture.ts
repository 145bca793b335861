import {
  nationalBudget,
  type BudgetLimits,
  type InventoryEntry,
  type Reservation,
} from '@interlock/contract'
import {
  nodeCrypto as crypto,
  identityOf,
  openHttpServer,
  problem,
  silentLog,
  systemEntropy as entropy,
  type HttpServer,
  type Identity,
} from '@interlock/host'
import {
  assert,
  eui64,
  instant,
  millis,
  unobserved,
  type Eui64,
  type Role,
} from '@interlock/kernel'
import { emptyLedger, release, reserve } from '@interlock/ledger'
import {
  createCa,
  createCrl,
  createCsr,
  fromPem,
  issue,
  newSerial,
  bearerOf,
  type CertificateAuthority,
  type ProfileName,
  type Subject,
} from '@interlock/pki'

/**
 * The supervisor's neighbours, as far as a test needs them, over real sockets: an issuing authority
 * that signs with package pki, and a data company that keeps a ledger with package ledger.
 */

const wallNow = () => instant(Date.now())
let serials = 0
export const freshEui = (): Eui64 =>
  eui64(`02-00-00-00-00-00-${[serials >> 8, serials++ & 0xff].map(hexPair).join('-')}`)
const hexPair = (byte: number): string => byte.toString(16).padStart(2, '0')

export type Hierarchy = {
  readonly rootPem: string
  readonly issuing: CertificateAuthority
  certify(role: Role, organisation?: Eui64, eui?: Eui64): Identity
  /** Signs what a request asks for. */
  sign(profile: ProfileName, csrPem: string, subject: Subject): { pem: string; serialHex: string }
  /** Of the certificate that it signed with that serial. */
  organisationOf(serialHex: string): Eui64 | undefined
}

export function hierarchy(kind: 'charging' | 'smartMeter'): Hierarchy {
  const common = { now: wallNow(), entropy, crypto }
  const root = createCa(`${kind}Root`, {
    ...common,
    commonName: `${kind} root`,
    key: crypto.generateKey().key,
  })
  const issuing = createCa(`${kind}Issuing`, {
    ...common,
    commonName: `${kind} issuing`,
    key: crypto.generateKey().key,
    parent: root,
  })
  const organisations = new Map<string, Eui64>()
  const sign: Hierarchy['sign'] = (profile, csrPem, subject) => {
    const { serialHex, pem } = signed(profile, csrPem, subject, issuing)
    organisations.set(serialHex, subject.organisation)
    return { serialHex, pem }
  }
  return {
    rootPem: root.certificatePem,
    issuing,
    sign,
    organisationOf: (serialHex) => organisations.get(serialHex),
    certify(role, organisation = freshEui(), eui = freshEui()) {
      const { key, pem } = crypto.generateKey()
      const subject = { commonName: role, role, eui, organisation }
      const device = ['station', 'meter', 'hub', 'llcs'].includes(role)
      const profile = `${kind}${device ? 'Device' : 'Organisation'}` as const
      const issued = sign(profile, createCsr(key, subject, crypto), subject)
      return identityOf(pem, issued.pem + issuing.certificatePem, role)
    },
  }
}

function signed(profile: ProfileName, csrPem: string, subject: Subject, ca: CertificateAuthority) {
  const serial = newSerial(entropy)
  const issued = issue({ profile, csrPem, subject, ca, serial, now: wallNow(), crypto })
  assert(issued.ok, `issued: ${JSON.stringify(issued)}`)
  const peer = bearerOf(fromPem(issued.value, 'CERTIFICATE')[0] ?? new Uint8Array(), crypto)
  assert(peer.ok, 'it is readable')
  return { pem: issued.value, serialHex: peer.value.serialHex }
}

export type Neighbour = { readonly url: string; close(): Promise<void> }

const listen = async (server: HttpServer): Promise<Neighbour> => ({
  url: `https://127.0.0.1:${await server.listen()}`,
  close: () => server.close(),
})

const open = (identity: Identity, rootPem: string) =>
  openHttpServer({
    name: identity.peer.role,
    listen: { host: '127.0.0.1', port: 0 },
    identity,
    trust: { roots: [rootPem] },
    activity: unobserved,
    log: silentLog,
  })

export async function openIssuing(charging: Hierarchy): Promise<Neighbour> {
  const { issuing } = charging
  const server = await open(charging.certify('authority'), charging.rootPem)
  const revoked = new Map<string, number>()
  let number = 0
  server.route({
    method: 'POST',
    url: '/api/v1/issue',
    roles: ['supervisor'],
    handle({ body }) {
      const { profile, csrPem, subject } = body as {
        profile: ProfileName
        csrPem: string
        subject: Subject
      }
      const { pem, serialHex } = charging.sign(profile, csrPem, subject)
      return { status: 201, body: { serialHex, chainPem: pem + issuing.certificatePem } }
    },
  })
  server.route({
    method: 'POST',
    url: '/api/v1/revoke',
    roles: ['supervisor'],
    handle({ body }) {
      const { serialHex, organisation } = body as { serialHex: string; organisation?: Eui64 }
      const owner = charging.organisationOf(serialHex)
      if (owner === undefined) return problem('NotFound')
      if (organisation !== undefined && organisation !== owner) return problem('IdentityMismatch')
      revoked.set(serialHex, wallNow())
      return { status: 200, body: { serialHex } }
    },
  })
  server.route({
    method: 'GET',
    url: '/api/v1/crl',
    roles: ['supervisor'],
    handle: () => ({
      status: 200,
      type: 'application/x-pem-file',
      body: createCrl({
        ca: issuing,
        revoked: [...revoked].map(([serialHex, at]) => ({ serialHex, at: instant(at) })),
        number: ++number,
        now: wallNow(),
        validMillis: millis(72 * 3_600_000),
        crypto,
      }),
    }),
  })
  return listen(server)
}

export type OtherLedgerNode = Neighbour & {
  budget: BudgetLimits
  /** LLCSs of its inventory, with the rating of each EVSE. */
  readonly inventory: Map<string, InventoryEntry>
  readonly held: () => readonly string[]
  readonly reservation: (id: string) => Reservation | undefined
}

export async function openOtherLedger(
  smartMeter: Hierarchy,
  now: () => number,
): Promise<OtherLedgerNode> {
  const server = await open(smartMeter.certify('dcc'), smartMeter.rootPem)
  let ledger = emptyLedger
  const asked = new Set<string>()
  const state = {
    budget: nationalBudget,
    inventory: new Map<string, InventoryEntry>(),
    /** In the order in which they were asked for. */
    held: () => [...asked].filter((id) => ledger.reservations.has(id)),
    reservation: (id: string) => ledger.reservations.get(id),
  }
  server.route({
    method: 'POST',
    url: '/api/v1/reservations',
    roles: ['supervisor'],
    handle({ body }) {
      const next = reserve(ledger, body as Reservation, state.budget, instant(now()))
      if (!next.ok) return problem(next.reason, next.detail)
      ledger = next.value
      asked.add((body as Reservation).id)
      return { status: 201, body: {} }
    },
  })
  server.route({
    method: 'GET',
    url: '/api/v1/crl',
    roles: ['supervisor'],
    handle: () => ({
      status: 200,
      type: 'application/x-pem-file',
      body: createCrl({
        ca: smartMeter.issuing,
        revoked: [],
        number: 1,
        now: wallNow(),
        validMillis: millis(72 * 3_600_000),
        crypto,
      }),
    }),
  })
  server.route({
    method: 'GET',
    url: '/api/v1/devices/:eui',
    roles: ['supervisor'],
    handle({ params }) {
      const entry = state.inventory.get(params['eui'] ?? '')
      return entry === undefined ? problem('DeviceUnknown') : { status: 200, body: entry }
    },
  })
  server.route({
    method: 'DELETE',
    url: '/api/v1/reservations/:id',
    roles: ['supervisor'],
    handle({ params }) {
      ledger = release(ledger, params['id'] ?? '')
      return { status: 204 }
    },
  })
  return Object.assign(state, await listen(server))
}
