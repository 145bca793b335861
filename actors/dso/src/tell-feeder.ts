import type { ActorDeps, Running } from '@interlock/host'
import { Fault, instant, millis, type Instant, type Timer } from '@interlock/kernel'
import type { Audit } from '@interlock/ledger'
import type { CapacityForecast } from '@interlock/oscp'
import { dayAhead } from './capacity/day-ahead.ts'
import type { ToldDays } from './capacity/told-days.ts'
import { usedBefore } from './capacity/used-before.ts'
import type { FeederConfig } from './config.ts'
import { blockMillis } from './forecast/load-series.ts'
import { readHistory, readTemperatures } from './forecast/read-history.ts'
import type { TemperatureSeries } from './forecast/temperatures.ts'
import type { Blocks } from './metering/blocks.ts'
import type { ProviderDesk } from './oscp/provider-desk.ts'

export type FeederBooks = {
  readonly audit: Audit
  readonly blocks: Blocks
  readonly days: Pick<ToldDays, 'tell' | 'fail'>
  /** Says it by topic as well. */
  readonly allot: (group: string, provider: string, forecasts: readonly CapacityForecast[]) => void
}

/**
 * Tells the providers of one feeder what they may use of it. Where that cannot be known nothing is told,
 * and once their forecasts run out they have their fallbacks.
 */
export function tellFeeder(
  config: FeederConfig,
  desks: readonly ProviderDesk[],
  { audit, blocks, days, allot }: FeederBooks,
  { clock, log }: Pick<ActorDeps, 'clock' | 'log'>,
): void {
  const { contracts, ...feeder } = config
  const { group, ratedWatts } = feeder
  const named = contracts.map(({ provider, ...each }) => ({ operator: provider, ...each }))
  const now = clock.now()
  try {
    const history = readHistory(config.history)
    const used = usedBefore(blocks.of(group), named)
    const celsius = temperaturesIn(config, log)
    const day = dayAhead({ ...feeder, contracts: named }, history, now, used, celsius)
    if (!day.ok) {
      days.fail(group, now, day.reason)
      return void audit.record('CapacityUnknown', { group, reason: day.reason })
    }
    days.tell(config, now, day.value, history)
    const { forecasts, atRisk, expected } = day.value
    const [forecastWatts] = expected.loadWatts
    if (forecastWatts !== undefined && expected.from <= now)
      blocks.expect(group, expected.from, {
        forecastWatts,
        marginWatts: expected.marginWatts,
        ratedWatts,
        allotted: allottedIn(blocks, group, expected.from, forecasts),
      })
    if (atRisk.length > 0) audit.record('CapacityAtRisk', { group, blocks: atRisk })
    for (const desk of desks) {
      const offered = forecasts.get(desk.name) ?? []
      desk.offer(offered)
      if (offered.length > 0) allot(group, desk.name, offered)
    }
  } catch (error) {
    if (!(error instanceof Fault)) throw error
    days.fail(group, now, 'HistoryUnreadable')
    log.error({ group, detail: error.message }, 'no capacity is told')
  }
}

/** Without its temperatures a feeder is forecast by its load alone. */
function temperaturesIn(
  { group, temperatures }: FeederConfig,
  log: ActorDeps['log'],
): TemperatureSeries | undefined {
  if (temperatures === undefined) return undefined
  try {
    return readTemperatures(temperatures)
  } catch (error) {
    if (!(error instanceof Fault)) throw error
    log.warn({ group, detail: error.message }, 'forecast without temperatures')
    return undefined
  }
}

/**
 * What each operator may draw in the block that begins now. What it was told a moment ago it may have
 * until it can have heard better, so the larger of both counts.
 */
function allottedIn(
  blocks: Blocks,
  group: string,
  from: Instant,
  forecasts: ReadonlyMap<string, readonly CapacityForecast[]>,
): Record<string, number> {
  const wattsAt = (some: readonly CapacityForecast[], at: number): number =>
    Math.max(
      0,
      ...some.flatMap((forecast) =>
        forecast.blocks
          .filter((each) => each.from <= at && at < each.until)
          .map((each) => each.capacity),
      ),
    )
  const next = from + blockMillis
  const before = blocks.promised(group, from)
  const now = [...forecasts].map(([operator, some]) => [operator, wattsAt(some, from)] as const)
  blocks.promise(
    group,
    instant(next),
    Object.fromEntries([...forecasts].map(([operator, some]) => [operator, wattsAt(some, next)])),
  )
  return Object.fromEntries(
    now.map(([operator, watts]) => [operator, Math.max(watts, before[operator] ?? 0)]),
  )
}

/** Does `work` at the start of every block. */
export function everyBlock(
  work: () => void,
  label: string,
  { clock }: Pick<ActorDeps, 'clock'>,
): Running {
  let timer: Timer | undefined
  const wait = (): void => {
    const delay = millis(blockMillis - (clock.now() % blockMillis))
    timer = clock.after(delay, label, () => {
      wait()
      work()
    })
  }
  wait()
  return {
    close() {
      timer?.cancel()
      return Promise.resolve()
    },
  }
}
