import { loadIdentity, readText, type ActorDeps, type Identity } from '@interlock/host'
import {
  assert,
  eui64,
  Fault,
  stationId,
  type Crypto,
  type Eui64,
  type PublicKey,
  type Role,
  type StationId,
} from '@interlock/kernel'
import { fromPem, peerOf, toPem } from '@interlock/pki'
import type { Roots } from './certificates.ts'
import type { StationConfig } from './config.ts'
import type { Ratings } from './core/charger.ts'
import { loadStandardIdentity } from './plain-certificate.ts'
import type { StoredCell } from './core/memory.ts'
import type { PinnedPayer } from './supplier-word.ts'

/** What the config says, in the terms of the code. */
export type Bearings = {
  readonly stationId: StationId
  readonly eui: Eui64
  readonly llcs: Eui64 | undefined
  readonly pinnedPayer: PinnedPayer | undefined
  /** Of the register of driver tokens. */
  readonly driverRegister: PublicKey | undefined
  readonly evse: number
  readonly ratings: Ratings
  readonly roots: Roots
}

/** @throws Fault `FileUnreadable`, or `CellUnreadable` for what is no certificate of a supplier. */
export function bearingsOf(config: StationConfig, crypto: Crypto): Bearings {
  const [row] = config.evses
  assert(row !== undefined, 'the config has one EVSE')
  const { charging, smartMeter } = config.trust
  const { manufacturerRoot } = config
  return {
    stationId: stationId(config.stationId),
    eui: eui64(config.eui),
    llcs: config.llcs === undefined ? undefined : eui64(config.llcs.eui),
    pinnedPayer: payerOf(config, crypto),
    driverRegister: driverRegisterOf(config, crypto),
    evse: row.id,
    ratings: {
      ratingWatts: row.ratingWatts,
      fuseWatts: config.fuseWatts,
      siteWatts: config.siteWatts,
      phases: row.phases,
    },
    roots: {
      charging: charging === undefined ? [] : [readText(charging)],
      smartMeter: smartMeter === undefined ? [] : [readText(smartMeter)],
      manufacturer: manufacturerRoot === undefined ? [] : [readText(manufacturerRoot)],
    },
  }
}

/**
 * Key and certificate of an earlier commissioning; `undefined` before first contact.
 * @throws Fault `SecretMissing`, or `IdentityUnreadable` where there is one that cannot be used.
 */
export function identityIn(dir: string, config: StationConfig): Identity | undefined {
  if (hasCertificate(dir))
    return config.trustMode === 'standard' ? loadStandardIdentity(dir, config) : loadIdentity(dir)
  if (config.secret !== undefined || demandsNone(config)) return undefined
  throw new Fault('SecretMissing', `${config.actor} has no certificate in ${dir} and no secret`, {
    remedy: "give the maker's one-time secret in the config, or the folder of its identity",
  })
}

/** Under security profiles 1 and 2 a standard station proves itself by its password. */
const demandsNone = ({ trustMode, network }: StationConfig): boolean =>
  trustMode === 'standard' && network !== undefined && network.securityProfile < 3

function hasCertificate(dir: string): boolean {
  try {
    return readText(`${dir}/chain.pem`) !== ''
  } catch (error) {
    if (error instanceof Fault) return false
    throw error
  }
}

/** What the installer pinned. @throws Fault `CellUnreadable` */
export const pinnedCells = (config: StationConfig, deps: ActorDeps): readonly StoredCell[] =>
  config.cells.map(({ role, certificate }) => {
    const { der, peer } = certificateOf(certificate, role, deps.crypto)
    const { organisation } = peer
    return { role, organisation, certificatePem: toPem(der, 'CERTIFICATE') }
  })

function payerOf({ llcs }: StationConfig, crypto: Crypto): PinnedPayer | undefined {
  if (llcs?.tariff === undefined) return undefined
  const { meter, supplier } = llcs.tariff
  return { meter: eui64(meter), supplier: certificateOf(supplier, 'supplier', crypto).peer }
}

const driverRegisterOf = ({ driverRegister }: StationConfig, crypto: Crypto) =>
  driverRegister === undefined
    ? undefined
    : certificateOf(driverRegister, 'cir', crypto).peer.publicKey

function certificateOf(path: string, role: Role, crypto: Crypto) {
  const [der] = fromPem(readText(path), 'CERTIFICATE')
  const peer = der === undefined ? undefined : peerOf(der, crypto)
  if (der === undefined || peer?.ok !== true || peer.value.role !== role)
    throw new Fault('CellUnreadable', `${path}: not the certificate of a ${role}`, {
      remedy: 'point the cell at the PEM certificate of the organisation bound to this charger',
    })
  return { der, peer: peer.value }
}
