import { decisionNotes, refusals } from '@interlock/contract'
import { kilowatts, momentOf } from '@interlock/arm'
import type { Happening, StationRow } from './shared/shapes.ts'

/** One catalogue: every sentence the console says, keyed by the reason codes of the protocols. */

/** What sentences need to know besides the facts. */
export type Telling = { readonly now: number; readonly timeZone: string }

/** A charger in words: what happens and why; and until when, with what can be done about it. */
export type Told = { readonly what: string; readonly until: string }

type Teller = (row: StationRow, when: string | undefined, power: string) => Told
const charges = (row: StationRow): boolean => row.powerWatts > 50

/** Keyed by the `why` of a charger's state. */
export const stationSentences: Readonly<Record<string, Teller>> = {
  NoVehicle: () => told('No car is plugged in.'),
  Full: () => told('The car is full.'),
  Faulted: () =>
    told('Out of order: the charger found a fault and switched off.', 'Unplug and plug in again.'),
  OverrideCharge: (row, when, power) =>
    told(
      charges(row)
        ? `Charging at ${power} because the owner said Charge now.`
        : 'The owner said Charge now; the car takes no power.',
      when && `It goes back to the plan by itself at ${when}, or sooner with Stop.`,
    ),
  OverrideStop: (_row, when) =>
    told(
      'Stopped because the owner said so.',
      when && `It stays stopped until ${when}, or until Charge now.`,
    ),
  NotAuthorised: () =>
    told('Waiting: nobody has allowed this car to charge yet.', 'Charge now allows it.'),
  Response: (row, when, power) =>
    told(
      charges(row)
        ? `Held at ${power} because the frequency of the grid is off.`
        : 'Paused because the frequency of the grid is off.',
      when && `At the latest until ${when}; Charge now ends it at once.`,
    ),
  Dispatch: (row, when, power) =>
    told(
      charges(row)
        ? `Held at ${power} for the flexibility provider.`
        : 'Paused for the flexibility provider.',
      when && `At the latest until ${when}; Charge now ends it at once.`,
    ),
  Schedule: (row, when, power) =>
    charges(row)
      ? told(`Charging at ${power}: the plan for the cheapest hours.`, when && `Until ${when}.`)
      : told('Waiting for a cheaper half-hour.', when && `The plan changes at ${when}.`),
  Fallback: (row, when, power) =>
    charges(row)
      ? told(
          `Charging at ${power} in the charger's own off-peak hours.`,
          when && `Until ${when}; there is no plan.`,
        )
      : told(
          "Waiting for the charger's own off-peak hours.",
          when && `They begin at ${when}; there is no plan.`,
        ),
}

const told = (what: string, until?: string): Told => ({
  what,
  until: until ?? '',
})

/** The sentence of one charger. Something unknown is said as it came rather than dressed up. */
export function tellStation(row: StationRow, telling: Telling): Told {
  const when =
    row.until === undefined ? undefined : momentOf(row.until, telling.now, telling.timeZone)
  const teller = Object.hasOwn(stationSentences, row.why) ? stationSentences[row.why] : undefined
  const known = teller?.(row, when, kilowatts(row.powerWatts)) ?? untold(row)
  const waits = row.waitingFor === undefined ? known : told(known.what, waiting(row.waitingFor))
  if (row.connected) return waits
  return told(`No contact. When last heard: ${lowerFirst(waits.what)}`, waits.until)
}

const untold = (row: StationRow): Told =>
  told(
    charges(row) ? `Charging at ${kilowatts(row.powerWatts)}.` : 'Not charging.',
    [row.state, row.why].filter((each) => each !== '').join(', '),
  )

/** Keyed by what a charger waits for. */
const waits: Readonly<Record<string, string>> = {
  Arm: 'A trigger is here; it waits for the arm that belongs to it.',
  RandomDelay: 'The change comes after a random delay, so that no street moves at once.',
  Authorisation: 'It waits for an answer about this car.',
}
const waiting = (what: string): string => waits[what] ?? `It waits for ${what}.`

/** The street as a whole. */
export function tellStreet(rows: readonly StationRow[]): string {
  if (rows.length === 0) return 'No charger is known yet.'
  const charging = rows.filter(charges)
  const total = rows.reduce((sum, row) => sum + row.powerWatts, 0)
  const count = rows.length === 1 ? '1 charger' : `${rows.length} chargers`
  if (charging.length === 0) return `Nothing is charging at the ${count} of this street.`
  const verb = charging.length === 1 ? 'is' : 'are'
  return `${charging.length} of ${count} ${verb} charging, ${kilowatts(total)} together.`
}

/** Bands of the British grid: statutory 49.5 to 50.5, operational 49.8 to 50.2. */
export function tellFrequency(hertz: number | undefined): string {
  if (hertz === undefined) return 'The frequency of the grid is not known yet.'
  const value = `${hertz.toFixed(2)} Hz`
  const off = Math.abs(hertz - 50)
  const side = hertz < 50 ? 'low' : 'high'
  if (off > 0.5) return `The grid is in distress: ${value} is far too ${side}.`
  if (off > 0.2) return `The grid is strained: ${value} is ${side}.`
  return `The grid is steady at ${value}.`
}

/** Keyed by trust mode. */
const trustModes: Readonly<Record<string, { words: string; safe: boolean }>> = {
  certificate: { words: 'No single party can switch it.', safe: true },
  firstContact: { words: 'It is being commissioned; it takes no orders yet.', safe: true },
  none: { words: 'Without contact it keeps to what was agreed before.', safe: true },
}
export const tellTrust = (mode: string): { words: string; safe: boolean } =>
  trustModes[mode] ?? { words: `Trust mode ${mode === '' ? 'unknown' : mode}.`, safe: false }

/** Reason codes in words: of the gates, of decisions, of servers. */
export function reasonWords(reason: string): string {
  if (Object.hasOwn(refusals, reason)) return refusals[reason as keyof typeof refusals].words
  if (Object.hasOwn(decisionNotes, reason))
    return decisionNotes[reason as keyof typeof decisionNotes]
  return reason
}

/** What commands are called by people. */
const actionWords: Readonly<Record<string, string>> = {
  RequestStartTransaction: 'Start',
  RequestStopTransaction: 'Stop',
  SetChargingProfile: 'New schedule',
  ClearChargingProfile: 'Drop schedule',
  Reset: 'Reset',
  ChangeAvailability: 'Switch off',
  UpdateFirmware: 'New firmware',
  FrequencyCurve: 'Frequency curve',
  charge: 'Charge now',
  start: 'Charge now',
  stop: 'Stop',
}
export const actionName = (action: unknown): string =>
  typeof action === 'string' ? (actionWords[action] ?? action) : 'Command'

/** One happening, one sentence. */
export function tellHappening(event: Happening, place: string): string {
  const teller = happeningSentences[event.kind]
  return teller(event, place)
}

const action = (event: Happening): string => actionName(event.data?.['action'])
const because = (event: Happening): string =>
  event.reason === undefined ? '' : `: ${reasonWords(event.reason)}`

export const happeningSentences: Readonly<
  Record<Happening['kind'], (event: Happening, place: string) => string>
> = {
  state: (event, place) => `${place} changed${because(event)}.`,
  frequency: (event) => `The grid was at ${event.data?.['hertz'] ?? 'an unknown number of'} Hz.`,
  arm: (event, place) => `${place} has an arm${because(event)}.`,
  trigger: (event, place) => `${action(event)} reached ${place}${because(event)}.`,
  refusal: (event, place) => `${action(event)} at ${place} was refused${because(event)}.`,
  response: (event, place) => `${place} helped the grid${because(event)}.`,
  security: (event, place) => `${place} reports${because(event) || ' a security event'}.`,
  attack: (event, place) => `Attack on ${place}${because(event)}.`,
}

const lowerFirst = (text: string): string => text.slice(0, 1).toLowerCase() + text.slice(1)

/** For the tests that hold the catalogue against the protocol. */
export const sentences = { stationSentences, happeningSentences, trustModes, actionWords }
