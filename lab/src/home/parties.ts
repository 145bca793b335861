import {
  identityOf,
  loadIdentity,
  nodeCrypto as crypto,
  saveIdentity,
  systemClock,
  systemEntropy as entropy,
  temporaryDir,
  writeAtomic,
  type Identity,
} from '@interlock/host'
import { assert, eui64, inHours, type Role } from '@interlock/kernel'
import {
  createCa,
  createCrl,
  createCsr,
  issue,
  newSerial,
  revocationBundle,
  type Hierarchy,
} from '@interlock/pki'

/** Where another process of the same lab has the parties of its home, when it starts one that shares them. */
export const sharedHome = 'INTERLOCK_LAB_HOME'
const shared = process.env[sharedHome]

/** Both roots, and everyone who has to do with one home. */
export const dir = shared ?? temporaryDir('interlock-home')
/** When its certificates were issued, or its process began: they are in force then. */
export const now = systemClock.now()

const authority = (hierarchy: Hierarchy) => {
  const key = () => crypto.generateKey().key
  const base = { now, entropy, crypto }
  const root = createCa(`${hierarchy}Root`, { ...base, commonName: 'root', key: key() })
  const issuing = createCa(`${hierarchy}Issuing`, {
    ...base,
    commonName: 'issuing',
    key: key(),
    parent: root,
  })
  if (shared === undefined) writeAtomic(`${dir}/${hierarchy}.pem`, root.certificatePem, 0o644)
  return { root, issuing }
}
/** Of this process; where a home is shared, its certificates are from those of the one that made it. */
export const authorities = { charging: authority('charging'), smartMeter: authority('smartMeter') }

function party(hierarchy: Hierarchy, role: Role, number: number, next?: 'next'): Identity {
  const folder = folderOf(hierarchy, role, next)
  if (shared !== undefined) return loadIdentity(folder)
  const eui = eui64(`02-00-00-00-00-00-00-0${number.toString(16).toUpperCase()}`)
  const commonName = `${role}-${number}`
  const subject = { commonName, role, eui, organisation: eui }
  const { key, pem } = crypto.generateKey()
  const { issuing } = authorities[hierarchy]
  const device = role === 'station' || role === 'llcs' || role === 'hub'
  const issued = issue({
    profile: `${hierarchy}${device ? 'Device' : 'Organisation'}`,
    csrPem: createCsr(key, subject, crypto),
    subject,
    ca: issuing,
    serial: newSerial(entropy),
    now,
    crypto,
  })
  assert(issued.ok, JSON.stringify(issued))
  const chain = issued.value + issuing.certificatePem
  saveIdentity(folder, pem, chain)
  return identityOf(pem, chain, commonName)
}
export const folderOf = (hierarchy: Hierarchy, role: Role, next?: 'next'): string =>
  [`${dir}/${hierarchy}`, role, ...(next === undefined ? [] : [next])].join('-')
export const chainOf = (hierarchy: Hierarchy, role: Role): string =>
  `${folderOf(hierarchy, role)}/chain.pem`

export const csms = party('charging', 'csms', 1)
export const supervisor = party('charging', 'supervisor', 2)
export const dsrsp = party('charging', 'dsrsp', 3)
export const charger = party('charging', 'station', 4)
export const dsrspMeter = party('smartMeter', 'dsrsp', 3)
export const dcc = party('smartMeter', 'dcc', 5)
export const supervisingDevice = party('smartMeter', 'llcs', 6)
export const relay = party('smartMeter', 'hub', 7)
/** The DSR provider that comes after. */
export const nextDsrsp = party('charging', 'dsrsp', 10, 'next')
export const nextDsrspMeter = party('smartMeter', 'dsrsp', 10, 'next')
export const supplier = party('smartMeter', 'supplier', 9)
/** The smart meter's identity on the home network. */
export const meter = eui64('02-00-00-03-00-00-00-01')
/** The vendor of the owner's app. */
export const app = party('smartMeter', 'web', 8)
/** A list as its authority signs it, in wall time. */
export function listOf(hierarchy: Hierarchy, number: number, revoked: readonly Identity[] = []) {
  const ca = authorities[hierarchy].issuing
  const list = createCrl({
    ca,
    number,
    revoked: revoked.map(({ peer }) => ({ serialHex: peer.serialHex, at: now })),
    now,
    validMillis: inHours(72),
    crypto: crypto,
  })
  return revocationBundle(list, ca.certificatePem)
}
