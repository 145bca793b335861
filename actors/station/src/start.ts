import type { Decision } from '@interlock/contract'
import { ensureDir, type Running } from '@interlock/host'
import { Fault, type StationId } from '@interlock/kernel'
import type { Handlers } from '@interlock/ocpp'
import { assemble, type StationDeps } from './assemble.ts'
import { bearingsOf, type Bearings } from './bearings.ts'
import { checkTrustMode, type StationConfig } from './config.ts'
import type { Hardware } from './hardware.ts'
import { openHomeDoor } from './home/home-door.ts'
import { takeOwnReadings } from './home/own-readings.ts'
import { observe, type Observation } from './observe.ts'
import { openSums } from './sums/of-station.ts'
import { openOwnIdentity, type OwnIdentity } from './own-identity.ts'

export type StationRunning = Running & {
  readonly stationId: StationId
  /** Simulated. */
  readonly hardware: Hardware
  observe(): Observation
  /** The latest decisions, oldest first. */
  decisions(): readonly Decision[]
  onChange(listener: () => void): () => void
  /** What it answers a CSMS; for a lab that reaches it over no network. */
  handlers(): Handlers
  /** Where the home's network is let in. */
  readonly homePort: number | undefined
  connected(): { readonly csms: boolean; readonly llcs: boolean }
  /** Version of the roster in whose sums it takes part, if it does. */
  sumRoster(): number | undefined
}

/**
 * Starts a charging station. Resolves when the CSMS and the LLCS have each been tried once; without
 * either it charges by what it has stored.
 * @throws Fault `SecretMissing`, `LabOnly`, `IdentityUnreadable`, `JournalDamaged`, `AuditDamaged`.
 */
export async function startStation(
  config: StationConfig,
  deps: StationDeps,
): Promise<StationRunning> {
  checkTrustMode(config)
  if ((deps.gate ?? deps.answers ?? deps.sumRules) !== undefined && config.production)
    throw new Fault(
      'LabOnly',
      `${config.actor}: a charger without its controls is for a lab only`,
      {
        remedy: 'set production to false in the config of a lab',
      },
    )
  const identityDir = config.identity ?? `${config.data}/identity`
  const own = openOwnIdentity(identityDir, config, deps.crypto)
  ensureDir(config.data)
  return runStation(config, bearingsOf(config, deps.crypto), deps, own)
}

/** Whether anybody can be told what the home used by half-hours: its owners at home, or whom they let read it. */
const takesOwn = ({ home, middleware }: StationConfig): boolean =>
  home !== undefined || middleware !== undefined

/** The same of what has been read and checked already. */
export async function runStation(
  config: StationConfig,
  bearings: Bearings,
  deps: StationDeps,
  own: OwnIdentity,
): Promise<StationRunning> {
  const { station, handlers, csms, link, hardware, witness } = assemble(config, bearings, deps, own)
  if (station.mode === 'standard') station.reports.security('StartupOfTheDevice', 'power is on')
  station.charging.update()
  hardware.resume()
  const home = config.home && (await openHomeDoor(station, config.home))
  const ownReadings = takesOwn(config) ? takeOwnReadings(station) : undefined
  const sums = openSums(station, deps.sumRules)
  await Promise.all([link?.tried, csms.start()])

  let closing: Promise<void> | undefined
  const close = async (): Promise<void> => {
    hardware.close()
    station.logUpload.close()
    station.firmware.close()
    station.restarts.close()
    station.charging.close()
    ownReadings?.close()
    await Promise.all([csms.close(), link?.close(), home?.close()])
    await Promise.all([witness.close(), station.chargingHours.close(), station.topics?.close()])
    sums?.close()
    station.records.close()
    station.keeper.close()
    station.usage?.close()
  }
  return {
    stationId: station.stationId,
    hardware,
    observe: () => observe(station),
    decisions: () => station.records.decisions(),
    onChange: (listener) => station.charging.onChange(listener),
    handlers,
    homePort: home?.port,
    connected: () => ({ csms: csms.caller.online(), llcs: link?.connected() ?? false }),
    sumRoster: () => sums?.roster,
    close: () => (closing ??= close()),
  }
}
