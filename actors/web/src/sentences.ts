import { decisionNotes, refusals, securityEventWords, serverRefusals } from '@interlock/contract'
import { kilowatts, momentOf } from '@interlock/arm'
import type { Happening, KnockRow, StationRow } from './shared/shapes.ts'

/** One catalogue: every sentence the console says, keyed by the reason codes of the protocols. */

/** What sentences need to know besides the facts. */
export type Telling = { readonly now: number; readonly timeZone: string }

/** A charger in words: what happens and why; and until when, with what can be done about it. */
export type Told = { readonly what: string; readonly until: string }

type Teller = (
  row: StationRow,
  when: string | undefined,
  power: string,
  /** When the car is wanted. */
  leaves: string | undefined,
) => Told
const charges = (row: StationRow): boolean => row.powerWatts > 50

/** Keyed by the `why` of a charger's state. */
export const stationSentences: Readonly<Record<string, Teller>> = {
  NoVehicle: () => told('No car is plugged in.'),
  Full: (_row, _when, _power, leaves) =>
    told('The car is full.', leaves && `It is wanted by ${leaves}.`),
  Faulted: () =>
    told('Out of order: the charger found a fault and switched off.', 'Unplug and plug in again.'),
  OverrideCharge: (row, when, power) =>
    told(
      charges(row)
        ? `Charging at ${power} because ${sayer(row)} said Charge now.`
        : 'Charge now is in force, but the car takes no power.',
      when && `It goes back to the plan by itself at ${when}, or sooner with Stop.`,
    ),
  OverrideStop: (row, when) =>
    told(
      `Stopped because ${sayer(row)} said so.`,
      when && `It stays stopped until ${when}, or until Charge now.`,
    ),
  NotAuthorised: () =>
    told('Waiting: nobody has allowed this car to charge yet.', 'Charge now allows it.'),
  Response: (row, when, power) =>
    told(
      charges(row)
        ? `Held at ${power} to help the grid: its frequency has left the safe band.`
        : 'Paused to help the grid: its frequency has left the safe band.',
      when && `At the latest until ${when}; Charge now ends it at once.`,
    ),
  Dispatch: (row, when, power) =>
    told(
      charges(row)
        ? `Held at ${power} for the flexibility provider.`
        : 'Paused for the flexibility provider.',
      when && `At the latest until ${when}; Charge now ends it at once.`,
    ),
  Switched: (row, when, power) =>
    told(
      charges(row)
        ? `Charging at ${power} because your supplier has switched it on.`
        : 'Switched off by your supplier.',
      when && `At the latest until ${when}; Charge now and Stop come before it.`,
    ),
  Schedule: (row, when, power, leaves) => {
    const before = leaves === undefined ? '' : ` before ${leaves}`
    if (charges(row)) {
      const why = `Charging at ${power} in the cheapest hours${before}.`
      return told(why, when && `By the plan until ${when}.`)
    }
    if (row.goal !== undefined && row.until !== undefined && row.until >= row.goal.departure)
      return told(
        'Not charging: nothing more is planned for this car.',
        leaves && `It is wanted by ${leaves}; Charge now gives it more.`,
      )
    return told(
      `Waiting for the cheapest hours${before}.`,
      when && `The plan moves on at ${when}; Charge now does not wait.`,
    )
  },
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

/** Whose word an override is. */
const sayer = (row: StationRow): string =>
  row.override?.by === 'gesture' ? 'someone at the charger' : 'the owner'

const told = (what: string, until?: string): Told => ({
  what,
  until: until ?? '',
})

/** The sentence of one charger. Something unknown is said as it came rather than dressed up. */
export function tellStation(row: StationRow, telling: Telling): Told {
  const moment = (at: number | undefined) =>
    at === undefined ? undefined : momentOf(at, telling.now, telling.timeZone)
  const when = moment(row.until)
  const leaves = moment(row.goal?.departure)
  const teller = Object.hasOwn(stationSentences, row.why) ? stationSentences[row.why] : undefined
  const known = teller?.(row, when, kilowatts(row.powerWatts), leaves) ?? untold(row)
  const waits =
    row.waitingFor === undefined ? known : told(known.what, waiting(row.waitingFor, when))
  if (row.connected) return waits
  return told(`No contact. When last heard: ${lowerFirst(waits.what)}`, waits.until)
}

const refusalShownMillis = 15 * 60_000

/** What came to nothing here a moment ago, and why; empty where nothing did. */
export function tellRefused({ refused }: StationRow, { now, timeZone }: Telling): string {
  if (refused === undefined || now - refused.at > refusalShownMillis) return ''
  const when = momentOf(refused.at, now, timeZone)
  return `${actionName(refused.action)} was refused at ${when}: ${reasonWords(refused.reason)}.`
}

const untold = (row: StationRow): Told =>
  told(
    charges(row) ? `Charging at ${kilowatts(row.powerWatts)}.` : 'Not charging.',
    [row.state, row.why].filter((each) => each !== '').join(', '),
  )

/** Keyed by what a charger waits for. */
const waits: Readonly<Record<string, (when: string | undefined) => string>> = {
  Arm: () => 'A trigger is here; it waits for the arm that belongs to it.',
  RandomDelay: (when) =>
    `A change comes ${when === undefined ? 'soon' : `at ${when}`}: each charger waits ` +
    'a random time, so that no street moves at once.',
  Authorisation: () => 'It waits for an answer about this car.',
}
const waiting = (what: string, when: string | undefined): string =>
  waits[what]?.(when) ?? `It waits for ${what}.`

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

/**
 * Bands of the British grid: statutory 49.5 to 50.5, operational 49.8 to 50.2. `measured` says when,
 * where that is not now.
 */
export function tellFrequency(hertz: number | undefined, measured?: string): string {
  if (hertz === undefined) return 'The frequency of the grid is not known yet.'
  if (measured !== undefined)
    return `The grid was at ${hertz.toFixed(2)} Hz when it was last measured, at ${measured}.`
  const value = `${hertz.toFixed(2)} Hz`
  const off = Math.abs(hertz - 50)
  const side = hertz < 50 ? 'low' : 'high'
  if (off > 0.5) return `The grid is in distress: ${value} is far too ${side}.`
  if (off > 0.2) return `The grid is strained: ${value} is ${side}.`
  return `The grid is steady at ${value}.`
}

/** A standard charger whatever it shows; a supervised one by what proved who it is. */
const trustModes: Readonly<Record<string, { words: string; safe: boolean }>> = {
  certificate: { words: 'No single party can switch it.', safe: true },
  firstContact: { words: 'It is being commissioned; it takes no orders yet.', safe: true },
  none: { words: 'Without contact it keeps to what was agreed before.', safe: true },
  standard: {
    words: 'It only knows OCPP: the operator and the supervisor agree before an order leaves.',
    safe: false,
  },
  unconfirmed: {
    words:
      'Its operator says that no single party can switch it; the supervisor has yet to confirm that.',
    safe: false,
  },
  mismatch: {
    words: 'Its operator and the supervisor disagree how it is protected: it gets no orders.',
    safe: false,
  },
}
/** As the CSMS says them; only the first needs to know what proved who the charger is. */
const trustModesSaid: readonly string[] = ['supervised', 'standard', 'unconfirmed', 'mismatch']

export function tellTrust(row: { trustMode: string; identifiedBy: string }): {
  words: string
  safe: boolean
} {
  const { trustMode, identifiedBy } = row
  const key = trustMode === 'supervised' ? identifiedBy : trustMode
  const told = trustModesSaid.includes(trustMode) ? trustModes[key] : undefined
  return told ?? { words: `Trust mode ${key === '' ? 'unknown' : key}.`, safe: false }
}

/** What a transaction costs; money as people here write it. */
export function tellCost({ totalCost, currency, final }: NonNullable<StationRow['cost']>): string {
  const money = new Intl.NumberFormat('en-GB', { style: 'currency', currency }).format(totalCost)
  return final ? `${money} for the last charge` : `${money} so far`
}

/** Who knocks, in words: why it is kept out, when it came, and what it would be adopted as. */
export function tellKnock(
  knock: KnockRow,
  { now, timeZone }: Telling,
): { what: string; when: string; mode: string } {
  const { register, barred, securityProfile } = knock
  const came = knock.times === 1 ? 'It came once' : `It came ${knock.times} times, last`
  const under = securityProfile === undefined ? '' : `, under security profile ${securityProfile}`
  return {
    what: `Kept out: ${reasonWords(knock.reason)}.`,
    when: `${came} at ${momentOf(knock.lastAt, now, timeZone)}${under}.`,
    mode:
      barred !== undefined
        ? `It cannot be adopted: ${reasonWords(barred.reason)}${detailOf(barred)}.`
        : `The register has it as ${register?.trustMode ?? 'unknown'}, ${kilowatts(register?.ratingWatts ?? 0)}. ` +
          tellTrust({ trustMode: register?.trustMode ?? '', identifiedBy: 'certificate' }).words,
  }
}
const detailOf = ({ detail }: { detail: string }): string => (detail === '' ? '' : ` (${detail})`)

/** Reason codes in words: of the gates, of decisions, of servers. */
export function reasonWords(reason: string): string {
  if (Object.hasOwn(refusals, reason)) return refusals[reason as keyof typeof refusals].words
  if (Object.hasOwn(serverRefusals, reason))
    return serverRefusals[reason as keyof typeof serverRefusals].words
  if (Object.hasOwn(decisionNotes, reason))
    return decisionNotes[reason as keyof typeof decisionNotes]
  if (Object.hasOwn(securityEventWords, reason))
    return securityEventWords[reason as keyof typeof securityEventWords]
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
  TransactionEventResponse: 'An answer about a running charge',
  CurrentTime: 'A change of the clock',
  InstallCertificate: 'A new certificate',
  DeleteCertificate: 'Deleting a certificate',
  SetNetworkProfile: 'Another server',
  SetVariables: 'Another setting',
  Respond: 'Help for the grid',
  SetPoint: 'Another limit',
  Arm: 'An arm',
  dispatch: 'A call for flexibility',
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
  arm: (event, place) =>
    event.data?.['use'] === 'supplied'
      ? `The supplier of ${place} has agreed that its load is switched ${event.data['load'] ?? 'over'}; ` +
        'that happens when the operator agrees too.'
      : `${place} has an arm${because(event)}.`,
  trigger: (event, place) => `${action(event)} reached ${place}${because(event)}.`,
  refusal: (event, place) => `${action(event)} at ${place} was refused${because(event)}.`,
  response: (event, place) => `${place} helped the grid${because(event)}.`,
  security: (event, place) => `${place} reports${because(event) || ' a security event'}.`,
  attack: (event, place) => `Attack on ${place}${because(event)}.`,
}

const lowerFirst = (text: string): string => text.slice(0, 1).toLowerCase() + text.slice(1)

/** For the tests that hold the catalogue against the protocol. */
export const sentences = { stationSentences, happeningSentences, trustModes, actionWords }
