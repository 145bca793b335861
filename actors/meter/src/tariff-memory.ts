import { fromBase64, ok, toBase64, type Eui64, type Instant, type Outcome } from '@interlock/kernel'
import type { StoredCells, TariffCommand } from '@interlock/seal'
import type { Journal } from '@interlock/store'
import type { UsageInterval } from '@interlock/tariff'
import {
  consume,
  consumptionEntry,
  withConsumption,
  type Consumption,
  type ConsumptionEntry,
  type ConsumptionProblem,
} from './consumption.ts'
import {
  applyTariff,
  comesAt,
  judgeTariff,
  tariffEntries,
  type Held,
  type HeldTariffs,
  type TariffEntry,
} from './held-tariffs.ts'
import {
  alertEntries,
  applyAlerts,
  displacedBy,
  noAlerts,
  withAlerts,
  type AlertEntry,
} from './waiting-alerts.ts'

/**
 * What a meter must not forget: counters it has accepted, tariff with signature and what was used under it, alerts,
 * firmware, certificates.
 */
export type TariffMemory = {
  /** Highest counter accepted from that originator; −1 before the first. */
  lastCounter(originator: Eui64): bigint
  /** Uses up a counter; on the disk before it returns. */
  use(originator: Eui64, counter: bigint): void
  /**
   * Takes a tariff that is later than those held, at once or for its date, or the word that none is to
   * come; on the disk before it returns.
   */
  install(signed: Uint8Array, now: Instant): Outcome<'kept', 'TariffOlder'>
  /** The tariff in force, and the supplier's signed command that set it. */
  tariff(): Held | undefined
  /** When another comes into force. */
  tariffComesAt(): Instant | undefined
  /**
   * Whether the one to come has come, by a clock that nobody contradicts; on the disk before it returns, with the alerts that say so.
   * @param alertsAbout signs them, numbered from the one after `last`
   */
  tariffCame(
    now: Instant,
    alertsAbout: (came: TariffCommand, at: Instant, last: bigint) => readonly Uint8Array[],
  ): boolean
  /** The alert that has waited longest. */
  firstAlert(): Uint8Array | undefined
  /** It waits no more; on the disk before it returns. */
  dropAlert(): void
  /** Counts what was used by the tariff in force; on the disk before it returns. */
  consume(interval: UsageInterval): Outcome<Consumption, ConsumptionProblem>
  /** What was used under the tariff by which was counted last. */
  consumption(): Consumption | undefined
  /** That, and what was used under those before it; newest first. */
  consumptions(): readonly Consumption[]
  /** Whether the network agrees with this clock, or has said nothing of it. */
  clockAgrees(): boolean
  /** What it has said now; on the disk before it returns. */
  sayClock(agrees: boolean): void
  /** Takes the version that was activated; on the disk before it returns. */
  activate(version: string): void
  /** The version that was activated last, eight hexadecimal digits. */
  firmware(): string | undefined
  /** Takes certificates, and the counter above which their holder counts; on the disk before it returns. */
  replace(cells: StoredCells, floor: { originator: Eui64; counter: bigint } | undefined): void
  /** The certificates that were put in place of those at installation. */
  cells(): StoredCells | undefined
}

type Entry =
  | TariffEntry
  | AlertEntry
  | ConsumptionEntry
  | { readonly kind: 'counter'; readonly originator: Eui64; readonly counter: string }
  | { readonly kind: 'firmware'; readonly version: string }
  | { readonly kind: 'clock'; readonly agrees: boolean }
  | {
      readonly kind: 'cells'
      readonly cells: StoredCells
      readonly floor?: { readonly originator: Eui64; readonly counter: string }
    }

export function openTariffMemory(
  journal: Journal,
  /** There was no room for it any more. */
  onAlertDropped: (alert: Uint8Array) => void,
): TariffMemory {
  const counters = new Map<Eui64, bigint>()
  let tariffs: HeldTariffs = {}
  let alerts = noAlerts
  /** Newest first. */
  let consumptions: readonly Consumption[] = []
  let firmware: string | undefined
  let cells: StoredCells | undefined
  let clockAgrees = true

  /** A floor never lowers what has been accepted. */
  const raise = (originator: Eui64, floor: bigint): void => {
    const last = counters.get(originator) ?? -1n
    counters.set(originator, floor > last ? floor : last)
  }
  const apply = (entry: Entry): void => {
    if (entry.kind === 'counter') counters.set(entry.originator, BigInt(entry.counter))
    else if (entry.kind === 'firmware') firmware = entry.version
    else if (entry.kind === 'consumed') consumptions = withConsumption(consumptions, entry)
    else if (entry.kind === 'clock') clockAgrees = entry.agrees
    else if (entry.kind === 'cells') {
      cells = entry.cells
      if (entry.floor !== undefined) {
        raise(entry.floor.originator, BigInt(entry.floor.counter))
        tariffs = tariffsUnder(entry.floor.originator, tariffs)
      }
    } else if (entry.kind === 'alerts' || entry.kind === 'alertTaken')
      alerts = applyAlerts(alerts, entry)
    else {
      tariffs = applyTariff(tariffs, entry)
      if (entry.kind === 'tariffCame') alerts = withAlerts(alerts, entry.alerts ?? [])
    }
  }
  for (const entry of journal.entries()) apply(entry as Entry)

  const keep = (entry: Entry): void => {
    journal.append(entry)
    const added = entry.kind === 'tariffCame' ? (entry.alerts ?? []) : []
    for (const dropped of displacedBy(alerts, added))
      onAlertDropped(fromBase64(dropped) ?? new Uint8Array())
    apply(entry)
    if (journal.isLong) journal.rewrite(snapshot())
  }
  const snapshot = (): Entry[] => [
    ...[...counters].map(([originator, counter]): Entry => ({
      kind: 'counter',
      originator,
      counter: counter.toString(),
    })),
    ...(firmware === undefined ? [] : [{ kind: 'firmware', version: firmware } as const]),
    ...(cells === undefined ? [] : [{ kind: 'cells', cells } as const]),
    ...(clockAgrees ? [] : [{ kind: 'clock', agrees: false } as const]),
    ...tariffEntries(tariffs),
    ...alertEntries(alerts),
    ...consumptions.toReversed().map(consumptionEntry),
  ]

  return {
    lastCounter: (originator) => counters.get(originator) ?? -1n,
    use: (originator, counter) =>
      keep({ kind: 'counter', originator, counter: counter.toString() }),
    install(signed, now) {
      const judged = judgeTariff(tariffs, signed, now)
      if (!judged.ok) return judged
      keep(judged.value)
      return ok('kept')
    },
    tariff: () => tariffs.inForce,
    tariffComesAt: () => comesAt(tariffs),
    tariffCame(now, alertsAbout) {
      const at = comesAt(tariffs)
      const came = tariffs.toCome?.tariff
      if (!clockAgrees || came === undefined || at === undefined || at > now) return false
      keep({ kind: 'tariffCame', alerts: alertsAbout(came, at, alerts.last).map(toBase64) })
      return true
    },
    firstAlert() {
      const [text] = alerts.waiting
      return text === undefined ? undefined : fromBase64(text)
    },
    dropAlert: () => keep({ kind: 'alertTaken' }),
    consume(interval) {
      const counted = consume(consumptions[0], tariffs.inForce?.tariff, interval)
      if (counted.ok) keep(consumptionEntry(counted.value))
      return counted
    },
    consumption: () => consumptions[0],
    consumptions: () => consumptions,
    clockAgrees: () => clockAgrees,
    sayClock: (agrees) => keep({ kind: 'clock', agrees }),
    activate: (version) => keep({ kind: 'firmware', version }),
    firmware: () => firmware,
    replace(next, floor) {
      const { originator, counter } = floor ?? {}
      keep({
        kind: 'cells',
        cells: next,
        ...(originator === undefined ? {} : { floor: { originator, counter: `${counter}` } }),
      })
    },
    cells: () => cells,
  }
}

/** What another supplier had set for later does not come any more. */
const tariffsUnder = (supplier: Eui64, { toCome, ...rest }: HeldTariffs): HeldTariffs =>
  toCome?.tariff.originator === supplier ? { ...rest, toCome } : rest
