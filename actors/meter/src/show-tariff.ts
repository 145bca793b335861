import { answerOfAll, useCases, type Answer, type CommandOf } from '@interlock/gbcs'
import type { Clock, Instant } from '@interlock/kernel'
import { tariffSaid } from '@interlock/seal'
import { blockAt, rateAt } from '@interlock/tariff'
import type { Consumption } from './consumption.ts'
import type { TariffMemory } from './tariff-memory.ts'

/** How many ends each register of a meter has; those that a tariff does not set are the highest number. */
const endsOfRegister = 3
const endless = 0xffff_ffff
/** A micropenny is 10^-8 pounds. */
const micropennyPower = 8

/**
 * What the standard's read (ECS24) shows: the tables of the tariff in force, and the price of now where it can be said.
 * One of ours has no such tables.
 */
export function showTariff(
  memory: Pick<TariffMemory, 'tariff' | 'consumption' | 'clockAgrees'>,
  clock: Pick<Clock, 'now'>,
): Answer {
  const tariff = memory.tariff()?.tariff
  if (tariff?.useCase !== 'ECS01a') return { result: 'objectUndefined' }
  const { seasons, weeks, days, prices, priceScale, standingCharge, standingChargeScale } = tariff
  // By a clock that the network contradicts it is nobody's time.
  const price = memory.clockAgrees()
    ? priceNow(tariff, clock.now(), memory.consumption())
    : undefined
  const results = useCases.ECS24.results.map((_get, at) =>
    at === 0 && price === undefined ? 'objectUnavailable' : 'success',
  )
  return {
    ...answerOfAll(results),
    ...(price === undefined ? {} : { activePrice: price }),
    activePriceScale: priceScale,
    seasons,
    weeks,
    days,
    tariffSpecialDays: tariff.specialDays,
    thresholds: tariff.thresholds.map((ends) =>
      Array.from({ length: endsOfRegister }, (_, at) => ends[at] ?? endless),
    ),
    currency: 'pounds',
    standingCharge,
    standingChargeScale,
    prices,
    priceScale,
  }
}

/** In units of the tariff's prices; a price below nothing has no place in the answer. */
function priceNow(
  tariff: CommandOf<'ECS01a'>,
  now: Instant,
  counted: Consumption | undefined,
): number | undefined {
  const said = tariffSaid(tariff)
  const rate = said.ok ? rateAt(said.value, now) : undefined
  if (!said.ok || rate === undefined) return undefined
  const used = counted?.counter === tariff.counter ? counted : undefined
  const price = blockAt(said.value, rate, now, used)?.price
  const units = price && Math.round(price / 10 ** (tariff.priceScale + micropennyPower))
  return units === undefined || units < 0 ? undefined : units
}
