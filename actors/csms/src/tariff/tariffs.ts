import { granted } from '@interlock/duis'
import type { DuisClient } from '@interlock/host'
import { Fault, inMinutes, ok, type Eui64, type Outcome, type Timer } from '@interlock/kernel'
import type { Peer } from '@interlock/pki'
import {
  acceptTariff,
  isNewer,
  openTariff,
  orderWords,
  readSigned,
  shownOther,
  type MeterTariff,
  type TariffRead,
} from '@interlock/seal'
import type { Context } from '../context.ts'
import { order } from '../core/goal.ts'
import type { StationView } from '../core/view.ts'
import type { CounterStore } from '../data/counter-store.ts'

export type Tariffs = {
  readonly of: (view: StationView) => MeterTariff | undefined
  all(): readonly MeterTariff[]
  /** Why the last reading of a meter was not used. */
  problems(): ReadonlyMap<string, string>
  /** The tables in which a meter showed another tariff than its supplier signed; of a meter that is not there none were compared. */
  shown(): ReadonlyMap<string, readonly string[]>
  /** Takes up what was kept. */
  restore(): Promise<void>
  /** Reads every home's meter now. */
  readonly refresh: () => Promise<void>
  /** Reads now and then, as the config says. */
  start(): void
  close(): void
}

const retryMinutes = 5

/** Tariffs as the homes' meters hold them, read through the DCC and verified end to end. */
export function createTariffs(options: {
  readonly context: Context
  readonly dcc: DuisClient
  readonly counters: CounterStore
  readonly supplier: Peer
}): Tariffs {
  const { context, dcc, supplier } = options
  const { clock, crypto } = context.deps
  const held = new Map<string, MeterTariff>()
  const problems = new Map<string, string>()
  const shown = new Map<string, readonly string[]>()
  let timer: Timer | undefined
  let closed = false

  const askOf = (meter: Eui64) => async (kind: TariffRead) => {
    const counter = await options.counters.next(meter, 'duis', clock.now())
    const response = await dcc.ask({
      originator: context.smartMeterIdentity.peer.organisation,
      target: meter,
      counter,
      service: '4.11.1',
      commandVariant: 1,
      body: { kind },
    })
    if (!response.ok) return response
    const answer = granted(response.value)
    return answer.ok ? ok(answer.value.payload ?? new Uint8Array()) : answer
  }
  const read = async (meter: Eui64): Promise<Outcome<MeterTariff, string>> => {
    const ask = askOf(meter)
    const signed = await readSigned(ask)
    if (!signed.ok) return signed
    const opened = openTariff(signed.value, meter, supplier, crypto, clock.now())
    if (!opened.ok) return opened
    const accepted = acceptTariff(held.get(meter), opened.value, clock.now())
    if (!accepted.ok) return accepted
    await take(accepted.value, signed.value)
    compare(accepted.value, await shownOther(signed.value, ask))
    return accepted
  }
  /** What is signed counts, whatever the meter shows; that it shows another is named. */
  const compare = (tariff: MeterTariff, tables: readonly string[] | undefined): void => {
    const { meter } = tariff
    if (tables === undefined) return void shown.delete(meter)
    shown.set(meter, tables)
    if (tables.length > 0)
      context.audit.record('TariffShownOther', { meter, ...orderWords(tariff), tables })
  }

  const take = async (tariff: MeterTariff, signed: Uint8Array): Promise<void> => {
    const newer = isNewer(held.get(tariff.meter), tariff)
    held.set(tariff.meter, tariff)
    if (!newer) return
    await context.kept.putTariff(tariff.meter, signed, tariff.readAt)
    context.audit.record('TariffTaken', { meter: tariff.meter, ...orderWords(tariff) })
    for (const view of context.views.values()) {
      if (view.record.meter === tariff.meter) context.hooks.replan(view.record.stationId)
    }
  }

  const readOne = async (meter: Eui64): Promise<void> => {
    const outcome = await read(meter).catch(unavailable)
    if (outcome.ok) {
      problems.delete(meter)
      return
    }
    problems.set(meter, outcome.reason)
    const { reason, detail } = outcome
    context.audit.record('TariffNotTaken', { meter, reason, detail: detail ?? null })
    context.tell({ kind: 'refusal', reason, data: { meter } })
  }

  const refresh = async (): Promise<void> => {
    const meters = new Set([...context.views.values()].map((view) => view.record.meter))
    for (const meter of [...meters].sort((a, b) => order(a ?? '', b ?? ''))) {
      if (meter !== undefined && !closed) await readOne(meter)
    }
    await context.hooks.tariffsRead()
  }

  const again = (): void => {
    if (closed) return
    const minutes = problems.size > 0 ? retryMinutes : context.config.tariff.refreshMinutes
    const label = `${context.config.actor}/tariff`
    timer = clock.after(inMinutes(minutes), label, () => refresh().finally(again))
  }

  return {
    of: (view) => (view.record.meter === undefined ? undefined : held.get(view.record.meter)),
    all: () => [...held.values()],
    problems: () => problems,
    shown: () => shown,
    async restore() {
      for (const kept of await context.kept.tariffs()) {
        const opened = openTariff(kept.signed, kept.meter as Eui64, supplier, crypto, kept.readAt)
        if (opened.ok) held.set(kept.meter, opened.value)
      }
    },
    refresh,
    start() {
      timer = clock.after(inMinutes(0), `${context.config.actor}/tariff`, () =>
        refresh().finally(again),
      )
    },
    close() {
      closed = true
      timer?.cancel()
    },
  }
}

function unavailable(cause: unknown): Outcome<MeterTariff, string> {
  if (!(cause instanceof Fault)) throw cause
  return { ok: false, reason: cause.code, detail: cause.message }
}
