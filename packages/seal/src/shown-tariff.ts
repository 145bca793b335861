import type { CommandOf, TariffShown } from '@interlock/gbcs'
import { canonicalJson } from '@interlock/kernel'

/** No energy ends a block: the highest number that there is. */
const endless = 0xffff_ffff

/**
 * The tables in which a meter shows another tariff than its supplier signed, by name; none where it shows none. What
 * the meter could not read differs in nothing.
 */
export function tablesThatDiffer(
  signed: CommandOf<'ECS01a'>,
  shown: TariffShown,
): readonly string[] {
  const pairs: Readonly<Record<string, readonly [unknown, unknown]>> = {
    seasons: [signed.seasons, shown.seasons],
    weeks: [signed.weeks, shown.weeks],
    days: [signed.days, shown.days],
    specialDays: [signed.specialDays, shown.tariffSpecialDays],
    standingCharge: [signed.standingCharge, shown.standingCharge],
    standingChargeScale: [signed.standingChargeScale, shown.standingChargeScale],
    prices: [signed.prices, shown.prices],
    priceScale: [signed.priceScale, shown.priceScale],
  }
  const thresholds = shown.thresholds?.some(
    (ends, at) => ends !== null && !isSame(upTo(ends), upTo(signed.thresholds[at] ?? [])),
  )
  return [
    ...Object.entries(pairs).flatMap(([name, [of, as]]) =>
      as === undefined || isSame(of, as) ? [] : [name],
    ),
    ...(thresholds === true ? ['thresholds'] : []),
  ]
}

/** The ends of blocks alone: a meter shows three for each register, and a message as many as it sets. */
const upTo = (ends: readonly number[]): readonly number[] => ends.filter((end) => end !== endless)
const isSame = (one: unknown, other: unknown): boolean =>
  canonicalJson(one) === canonicalJson(other)
