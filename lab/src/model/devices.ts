import {
  checkConfig,
  nodeCrypto,
  silentLog,
  type ActorDeps,
  type NodeCrypto,
  type Ports,
} from '@interlock/host'
import { millis, plus, toBase64, unobserved, type Clock, type Instant } from '@interlock/kernel'
import * as llcs from '@interlock/llcs'
import * as station from '@interlock/station'
import {
  chainOf,
  charger,
  csms,
  dir,
  dsrsp,
  dsrspMeter,
  folderOf,
  meter,
  now as certifiedAt,
  supervisingDevice,
  supervisor,
  supplier,
} from '../home/parties.ts'
import { rememberingCrypto } from './remembering-crypto.ts'
import { ratingWatts } from './scenario.ts'

/** Everybody's cryptography, and the owner's key, the same in every history. */
export const crypto: NodeCrypto = rememberingCrypto(nodeCrypto)
export const owner = crypto.generateKey().key

const common = { region: 'GB-EAST', name: 'Home', data: dir }
const nobody = 'wss://127.0.0.1:9/ocpp'
const installCode = 'install code of this home'

const stationConfig = checkConfig(
  'model',
  {
    ...common,
    actor: 'station-1',
    stationId: charger.peer.commonName,
    eui: charger.peer.eui,
    organisation: csms.peer.organisation,
    evses: [{ id: 1, ratingWatts }],
    fuseWatts: 9_200,
    siteWatts: 14_000,
    csms: { profile2Url: nobody, profile3Url: nobody },
    trust: { charging: `${dir}/charging.pem`, smartMeter: `${dir}/smartMeter.pem` },
    llcs: {
      eui: supervisingDevice.peer.eui,
      host: 'the cable',
      port: 1,
      installCode,
      tariff: { meter, supplier: chainOf('smartMeter', 'supplier') },
    },
    variables: { 'AlignedDataCtrlr.Enabled': 'false', 'SampledDataCtrlr.Enabled': 'false' },
  },
  station.StationConfig,
)
const stationBearings = station.bearingsOf(stationConfig, crypto)

/** Of a response. */
export const dwellMillis = 10_000
export const longestMillis = 120_000

const llcsConfig = checkConfig(
  'model',
  {
    ...common,
    actor: 'llcs-1',
    eui: supervisingDevice.peer.eui,
    identity: folderOf('smartMeter', 'llcs'),
    hub: { port: 1, hanKey: '01'.repeat(32) },
    anchors: { broker: chainOf('smartMeter', 'dcc'), dsrsp: chainOf('smartMeter', 'dsrsp') },
    tariff: { meter, supplier: chainOf('smartMeter', 'supplier') },
    trust: { smartMeter: `${dir}/smartMeter.pem`, charging: `${dir}/charging.pem` },
    station: charger.peer.eui,
    installCode,
    listen: { port: 0 },
    evses: [1],
    dwellMillis,
    durationMillisMax: longestMillis,
  },
  llcs.LlcsConfig,
)
const llcsBearings = llcs.bearingsOf(llcsConfig, crypto)

/** Every random delay lasts as long, so that two histories with one order are one history. */
export const delaySeconds = 20
const entropy: ActorDeps['entropy'] = {
  bytes: (length) => new Uint8Array(length),
  below: (limit) => Math.min(delaySeconds, limit - 1),
}
/** Certificates are of today, and histories begin at one time: wall time is as far ahead in each of them. */
const wallAhead = millis(certifiedAt - Date.UTC(2026, 0, 5))
const wallAt = (at: Instant): Instant => plus(at, wallAhead)
const wallOf = (clock: Clock): Clock => ({ ...clock, now: () => wallAt(clock.now()) })

/** @param own cryptography of that device, where it is broken on purpose */
const depsOf = (clock: Clock, ports: Ports, own: NodeCrypto): ActorDeps => ({
  clock,
  wall: wallOf(clock),
  activity: unobserved,
  entropy,
  crypto: own,
  log: silentLog,
  ports,
})

/** Nothing is renewed here. */
const ownIdentity: station.OwnIdentity = {
  dir,
  identity: () => charger,
  newestKey: () => charger.key,
  hasHad: () => false,
  take() {},
  refused() {},
  alternate() {},
  verdict: () => undefined,
  tryAgain() {},
  settle() {},
}

export const runStation = (
  clock: Clock,
  ports: Ports,
  gate: station.Gate | undefined,
  own = crypto,
): Promise<station.StationRunning> =>
  station.runStation(
    stationConfig,
    stationBearings,
    { ...depsOf(clock, ports, own), ...(gate === undefined ? {} : { gate }) },
    ownIdentity,
  )

export const runLlcs = (clock: Clock, ports: Ports, own = crypto): Promise<llcs.LlcsRunning> =>
  llcs.runLlcs(llcsConfig, llcsBearings, depsOf(clock, ports, own))

/** What a charger that was commissioned and given the owner's key remembers. */
export function commissioned(at: Instant): Partial<station.Memory> {
  const list = { number: 0, thisUpdate: wallAt(at), issuerSerialHex: '00', serials: [] }
  const cells = [csms, supervisor, dsrsp, dsrspMeter, supplier].map(({ peer, chainPem }) => ({
    role: peer.role,
    organisation: peer.organisation,
    certificatePem: chainPem,
  }))
  return {
    cells,
    ownerKeys: [toBase64(owner.publicKey.spki)],
    revocationLists: { charging: list, smartMeter: list },
  }
}
