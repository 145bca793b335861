import { limits } from '@interlock/contract'
import type { Card } from '@interlock/driver'
import { inSeconds, millis, plus, type Instant } from '@interlock/kernel'
import type { HoursChoice } from '@interlock/power'
import { askForHours, chooseHours } from './charging-hours.ts'
import { onArrival, onConsent } from './core/authorisation.ts'
import type { Charger, Override } from './core/charger.ts'
import type { Token } from './core/token.ts'
import { advance, arrive, isFull, type PlugIn } from './hardware/vehicle.ts'
import type { CardAgreement, CardReader } from './card-reader.ts'
import { settleGuest } from './guests.ts'
import type { HomeAuthorisation } from './home-authorisation.ts'
import type { Metering } from './metering.ts'
import { limitFromOutside, type OutsideLimit } from './outside-limit.ts'
import { revokeAtCharger, showPairingCode } from './owners.ts'
import type { Reader } from './reader.ts'
import { newVehicleSession } from './receipts.ts'
import { reportProblem } from './report-problem.ts'
import { released } from './session.ts'
import type { Reading, Station } from './station.ts'

/** The simulated hardware's panel: bay, cable, reader, buttons, display, meter, energy manager. */
export type Hardware = {
  /** The bay's sensor; a vehicle that is plugged in stands in it anyway. */
  enterBay(): void
  leaveBay(): void
  /** With a token, the driver shows it as well. */
  plugIn(plug: PlugIn): void
  /** `EV`: at the vehicle only, so that the cable stays in the socket until it is taken out there. */
  unplug(side?: 'both' | 'EV' | 'station'): void
  /** A card at the reader, or a code at the keys (type `KeyCode`). */
  present(token: Token): void
  /** A card is held to the reader and answers what it is asked. Resolves when it has been judged. */
  tap(card: Card): Promise<void>
  /** The driver agrees, by card, to what the display says; as {@link CardReader.agree}. */
  agree(card: Card, agreement: CardAgreement): Promise<string | undefined>
  /** The vehicle itself suspends the transfer of energy, and resumes it. */
  pauseVehicle(isPaused: boolean): void
  press(button: 'start' | 'stop' | 'pair'): string | undefined
  /** The owner's answer to what the default charging hours are to be; false when they are none. */
  chooseHours(choice: HoursChoice): boolean
  /** Owners' keys (SPKI, base64) as the display lists them. */
  owners(): readonly string[]
  /** A lost device's key, taken out by someone at the charger. */
  revoke(spki: string): void
  /** The charger's own frequency meter. Resolves when its consequences here are done. */
  frequency(sample: Reading): Promise<void>
  /** A fault of that kind begins; `undefined` clears it. `ConnectorLockFailure` jams the lock. */
  fault(kind: string | undefined): void
  /** The home's energy manager or the grid operator's box sets a limit, or takes it away (K11, K12). */
  outsideLimit(limit: OutsideLimit | undefined): void
  /** The mains are gone for a moment and the controller starts again. */
  powerCut(): void
  /** The network cable is out, or in. */
  network(isConnected: boolean): void
}

export type HardwareParts = {
  readonly reader: Reader
  readonly home: HomeAuthorisation
  readonly metering: Metering
  readonly cards: CardReader
}

export function createHardware(
  station: Station,
  { reader, home, metering, cards }: HardwareParts,
): Hardware & { resume(): void; close(): void } {
  const { deps, keeper, charging, model } = station
  const { clock } = deps
  const charger = (): Charger => keeper.memory.charger
  const isHome = station.mode === 'supervised'

  const plugIn = (plug: PlugIn): void => {
    if (charger().vehicle !== undefined) return
    const { idToken, idTokenType: type = 'ISO14443', contract } = plug
    station.moment.vehicle = contract && newVehicleSession(contract)
    const token = idToken === undefined ? (isHome ? cards.take() : undefined) : { idToken, type }
    if (!isHome && charger().bay === undefined) stand('implied')
    const { looseCable: _, ...current } = charger()
    const plugged: Charger = { ...current, vehicle: arrive(plug, clock.now()) }
    const asked = isHome ? arrived(plugged, token) : plugged
    charging.update({ charger: asked }, { trigger: 'CablePluggedIn' })
    if (isHome) askForHours(station)
    reader.watch()
    if (isHome && token !== undefined) home.ask(token)
    if (isHome) return
    if (token !== undefined) reader.present(token)
    else if (!model.setting('AuthCtrlr', 'Enabled')) reader.grantAnybody()
  }

  /** E09, E10: what becomes of the session when the vehicle is gone is for two variables to say. */
  const departed = (side: 'both' | 'EV'): Charger => {
    const { vehicle: _, override: __, switched: ___, holder, ...rest } = charger()
    if (isHome) return released(rest)
    const ends = model.setting('TxCtrlr', 'StopTxOnEVSideDisconnect')
    const until = plus(clock.now(), inSeconds(model.setting('TxCtrlr', 'EVConnectionTimeOut')))
    const unlocks = model.setting('OCPPCommCtrlr', 'UnlockOnEVSideDisconnect')
    const gone: Charger = {
      ...rest,
      ...(side === 'EV' ? { looseCable: unlocks ? 'unlocked' : 'locked' } : {}),
      // A cable that hangs on the charger may come back in time; one in the socket is kept (E10.FR.02).
      ...(holder === undefined ? {} : { holder: side === 'EV' ? holder : { ...holder, until } }),
    }
    return ends || holder === undefined ? released(gone) : gone
  }

  const unplug: Hardware['unplug'] = (side = 'both') => {
    home.departed()
    if (side === 'station' || charger().vehicle === undefined) return takeOutCable()
    const occurrence = { trigger: 'EVCommunicationLost', reason: 'EVDisconnected' } as const
    charging.update({ ...settleGuest(station), charger: departed(side) }, occurrence)
    // Its last word is on the reading with which it leaves: the plug is locked until then.
    station.moment.vehicle = undefined
    leaveImplied()
    reader.watch()
  }

  const takeOutCable = (): void => {
    const { looseCable, ...rest } = charger()
    if (looseCable === 'unlocked') charging.update({ charger: rest })
  }

  const leaveImplied = (): void => {
    const { bay, ...rest } = charger()
    if (bay !== 'implied') return
    const ends = model.setting('TxCtrlr', 'TxStopPoint').includes('ParkingBayOccupancy')
    const occurrence = { trigger: 'EVDeparted', reason: 'EVDisconnected' } as const
    charging.update({ charger: rest }, ends ? occurrence : undefined)
  }

  /** In the bay; worth an event only where that begins a transaction, or where the sensor says so. */
  const stand = (bay: 'sensed' | 'implied'): void => {
    const begins = model.setting('TxCtrlr', 'TxStartPoint').includes('ParkingBayOccupancy')
    const told = bay === 'sensed' || begins
    const occurrence = { trigger: 'EVDetected' } as const
    charging.update({ charger: { ...charger(), bay } }, told ? occurrence : undefined)
  }

  return {
    enterBay() {
      if (charger().bay !== 'sensed') stand('sensed')
    },
    leaveBay() {
      const { bay, ...rest } = charger()
      if (bay === undefined || rest.vehicle !== undefined) return
      charging.update({ charger: rest }, { trigger: 'EVDeparted' })
    },
    plugIn,
    unplug,
    present: (token) => {
      if (!isHome) reader.present(token)
    },
    async tap(card) {
      const token = await cards.read(card)
      if (token !== undefined && !isHome) reader.present(token)
    },
    agree: (card, agreement) => cards.agree(card, agreement),
    pauseVehicle(isPaused) {
      const { vehicle, ...rest } = charger()
      if (vehicle === undefined) return
      const { paused: _, ...ready } = advance(vehicle, clock.now())
      const next = isPaused ? { ...ready, paused: true as const } : ready
      charging.update({ charger: { ...rest, vehicle: next } })
    },
    press(button) {
      if (button === 'pair') return showPairingCode(station)
      if (isHome) override(station, button === 'start' ? 'charge' : 'stop')
      else if (button === 'start') reader.grantAnybody()
      else reader.stop({ trigger: 'StopAuthorized', reason: 'Local' })
      return undefined
    },
    chooseHours: (choice) => chooseHours(station, choice, clock.now()),
    owners: () => keeper.memory.ownerKeys,
    revoke: (spki) => revokeAtCharger(station, spki),
    frequency(reading) {
      station.moment.reading = reading
      return Promise.resolve()
    },
    powerCut: () => station.restarts.soon({}, 'PowerUp', 0),
    fault(kind) {
      const { fault: before, ...rest } = charger()
      if (before === kind) return
      charging.update({ charger: kind === undefined ? rest : { ...rest, fault: kind } })
      reportProblem(station, kind ?? before ?? '', kind !== undefined)
    },
    outsideLimit: (limit) => limitFromOutside(station, limit),
    network: (isConnected) => station.plugNetwork(isConnected),
    resume() {
      metering.resume()
      home.resume()
      reader.watch()
    },
    close() {
      home.close()
      reader.close()
      metering.close()
    },
  }
}

/** A vehicle at a home's charger: with a token it waits for an answer, without one it is the owner's. */
function arrived(plugged: Charger, token: Token | undefined): Charger {
  return {
    ...plugged,
    holder: { token: token ?? { idToken: '', type: 'NoAuthorization' } },
    authorisation: onArrival(token?.idToken),
  }
}

/** The owner's word at the charger: wins over every schedule. */
function override(station: Station, action: Override['action']): void {
  const { keeper, charging, records, deps } = station
  const { switched: _, ...current } = keeper.memory.charger
  const until = plus(deps.clock.now(), millis(limits.overrideMillisMax))
  const limitWatts = action === 'charge' ? station.ratings.ratingWatts : 0
  const authorisation =
    action === 'charge' && current.vehicle !== undefined
      ? onConsent(current.authorisation, 'gesture')
      : current.authorisation
  const next: Override = { action, limitWatts, until, by: 'gesture' }
  records.before('Gesture', { action })
  charging.update({ charger: { ...current, authorisation, override: next } })
  records.decide({
    action: action === 'charge' ? 'PressStart' : 'PressStop',
    decision: 'applied',
    setPointWatts: keeper.memory.charger.applied.watts,
    delaySeconds: 0,
    reason: 'GestureAtCharger',
    second: 'gesture',
  })
}

/** Whether the vehicle at the plug, if any, has what it came for. */
export const isVehicleFull = (charger: Charger, now: Instant): boolean =>
  charger.vehicle !== undefined && isFull(advance(charger.vehicle, now))
