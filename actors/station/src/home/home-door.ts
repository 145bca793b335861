import {
  homeDoors,
  HomeUsageRequest,
  OwnerKeyOffer,
  type HomePairing,
  type HomeUsageQuery,
} from '@interlock/contract'
import {
  minuteCounts,
  openHttpServer,
  ownKey,
  problem,
  readSecret,
  systemEntropy,
  type HttpServer,
  type ListenConfig,
  type Reply,
  type Running,
  type UnprovenRequest,
} from '@interlock/host'
import { assert, Fault, fromBase64, instant, toBase64 } from '@interlock/kernel'
import { createHomeDoorCertificate } from '@interlock/pki'
import {
  exportDaysMax,
  exportFormats,
  isExportPeriod,
  writeExport,
  type ExportPeriod,
} from '@interlock/privacy'
import { homeDoorMac, usageStatement } from '@interlock/seal'
import { enrolOwner, refusalOf, refuseOwner } from '../owners.ts'
import type { Station } from '../station.ts'
import { signForOwners } from './own-readings.ts'
import { readPeriod, signedReadings, usageIn } from './usage.ts'

export const homeDoorLimits = {
  /** Of one address; an export reads a file. */
  perMinuteMax: 20,
  /** Of the whole home: a code allows five guesses, and a stranger fills no audit trail. */
  pairingsPerMinuteMax: 10,
  refusalsToldPerMinuteMax: 10,
  connectionsMax: 16,
  /** Of one answer: a month of half-hours and of charges; it stays below what a client reads. */
  recordsMax: 4_000,
} as const

/** `port` is absent where it could not open. */
export type HomeDoor = Running & { readonly port: number | undefined }

/**
 * Opens the charger to the network of its home: owners pair with it by the code that it shows, and read their usage
 * with a signed word. It needs no CSMS, no authority and no clock but its own. Where it cannot open, the charger
 * charges on without.
 */
export async function openHomeDoor(station: Station, listen: ListenConfig): Promise<HomeDoor> {
  let server: HttpServer | undefined
  try {
    server = await doorOf(station, listen)
    const port = await server.listen()
    station.records.note('HomeDoorOpened', { port })
    const opened = server
    return { port, close: () => opened.close() }
  } catch (error) {
    await server?.close()
    if (!(error instanceof Fault)) throw error
    station.deps.log.warn({ error }, 'the home is not let in')
    station.records.note('HomeDoorClosed', { reason: error.code })
    return { port: undefined, close: () => Promise.resolve() }
  }
}

async function doorOf(station: Station, listen: ListenConfig): Promise<HttpServer> {
  const { config, deps, stationId } = station
  const keyPath = `${config.data}/home/key.pem`
  const key = ownKey(keyPath)
  const chainPem = createHomeDoorCertificate({
    commonName: stationId,
    key,
    now: deps.wall.now(),
    entropy: systemEntropy,
    crypto: deps.crypto,
  })
  const server = await openHttpServer({
    name: config.actor,
    listen,
    identity: { keyPem: readSecret(keyPath), chainPem },
    trust: { roots: [] },
    clientCertificates: false,
    connectionsMax: homeDoorLimits.connectionsMax,
    activity: deps.activity,
    log: deps.log,
  })
  const { spki } = key.publicKey
  server.unproven({
    method: 'POST',
    url: homeDoors.pair,
    body: OwnerKeyOffer,
    handle: pairAt(station, spki),
  })
  server.unproven({
    method: 'POST',
    url: homeDoors.usage,
    body: HomeUsageRequest,
    handle: usageAt(station, spki),
  })
  return server
}

/** An owner's key enters by the code at the charger, which then proves by the same code what its own keys are. */
function pairAt(station: Station, door: Uint8Array) {
  const { moment, deps, eui } = station
  const isTooMuch = minuteCounts(homeDoorLimits.pairingsPerMinuteMax)
  return ({ body }: UnprovenRequest): Reply => {
    if (isTooMuch('', deps.wall.now())) return problem('RateExceeded')
    const code = moment.pairing?.code
    const refusal = enrolOwner(station, body)
    if (refusal !== undefined) return problem('NotAuthenticated', refusal)
    signForOwners(station)
    const owner = fromBase64((body as OwnerKeyOffer).spki)
    assert(code !== undefined && owner !== undefined, 'an owner entered by a code')
    const meter = station.meterKey().publicKey.spki
    const mac = homeDoorMac(code, eui, { owner, door, meter }, deps.crypto)
    return {
      status: 200,
      body: { meter: toBase64(meter), mac: toBase64(mac) } satisfies HomePairing,
    }
  }
}

function usageAt(station: Station, door: Uint8Array) {
  const { deps, eui } = station
  const isTooMuch = minuteCounts(homeDoorLimits.perMinuteMax)
  const isToldEnough = minuteCounts(homeDoorLimits.refusalsToldPerMinuteMax)
  /** When each owner last asked: a word counts once. */
  const latest = new Map<string, number>()
  return ({ body, address }: UnprovenRequest): Reply => {
    if (isTooMuch(address, deps.wall.now())) return problem('RateExceeded')
    const { by, signature, at, ...query } = body as HomeUsageRequest
    const word = { by, signature, at }
    const signed = usageStatement(eui, door, query, at, deps.crypto)
    const isRepeat = at <= (latest.get(by) ?? 0)
    const refusal = refusalOf(station, word, signed) ?? (isRepeat ? 'Expired' : undefined)
    if (refusal !== undefined) {
      if (!isToldEnough('', deps.wall.now())) refuseOwner(station, refusal)
      return problem('NotAuthenticated', refusal)
    }
    latest.set(by, at)
    return usage(station, query)
  }
}

/** PF16, PF22: in the formats of the CSMS's export, by the same writers, out of what the meter has signed. */
function usage(station: Station, { format, ...times }: HomeUsageQuery): Reply {
  const { deps, eui } = station
  const period: ExportPeriod = { from: instant(times.from), until: instant(times.until) }
  if (!isExportPeriod(period))
    return problem('BodyInvalid', `from and until, ${exportDaysMax} days at most`)
  const kept = station.usage?.within(readPeriod(period))
  if (kept === undefined) return problem('Unavailable', 'what was kept is damaged')
  const readings = signedReadings(kept)
  if (format === 'records') {
    if (readings.length > homeDoorLimits.recordsMax) return problem('BodyInvalid', 'fewer days')
    const body = readings.map(({ record }) => `${record}\n`).join('')
    return { status: 200, body, type: 'text/plain; charset=utf-8' }
  }
  const history = { station: eui, intervals: usageIn(readings, period) }
  const body = writeExport(format, history, deps.clock.now(), deps.crypto)
  return { status: 200, body, type: exportFormats[format] }
}
