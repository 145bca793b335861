import type { Instant } from '@interlock/kernel'
import type { MessageContentType } from '@interlock/ocpp'
import { rateAt, type Nanopence } from '@interlock/tariff'
import type { CostTariff, CostVersion } from './cost-tariff.ts'

/** A text for the display of a station. */
const message = (content: string): MessageContentType => ({
  format: 'UTF8',
  language: 'en',
  content,
})

/** I01: what a charge that starts at `at` costs; `undefined` where no tariff is in force. */
export function tariffMessage(
  { currency }: CostTariff,
  version: CostVersion,
  at: Instant,
): MessageContentType | undefined {
  const energy = energyWords(currency, version, at)
  if (energy === undefined) return undefined
  const { sessionFee, idleFeePerMinute } = version
  const fees = [
    ...(sessionFee > 0n ? [`${money(currency, sessionFee)} for each charge.`] : []),
    ...(idleFeePerMinute > 0n
      ? [`${money(currency, idleFeePerMinute)} for each minute plugged in after charging.`]
      : []),
  ]
  return message([energy, ...fees].join(' '))
}

/** I06: what energy costs now, where that is not what it cost before. */
export function priceNews(
  { currency }: CostTariff,
  version: CostVersion,
  before: Instant,
  now: Instant,
): MessageContentType | undefined {
  const news = energyWords(currency, version, now)
  return news === undefined || priceAt(version, before) === priceAt(version, now)
    ? undefined
    : message(news)
}

/** More than a day has switches. */
const switchesMax = 60

function energyWords(currency: string, version: CostVersion, at: Instant): string | undefined {
  const price = priceAt(version, at)
  if (price === undefined) return undefined
  const now = `${money(currency, price * 1_000n)} per kWh`
  let next = rateAt(version.energy, at)
  for (let switches = 0; next !== undefined && switches < switchesMax; switches++) {
    next = rateAt(version.energy, next.until)
    const then = BigInt(next?.blocks[0]?.price ?? 0)
    // A register is named after the time from which it counts.
    if (next !== undefined && then !== price)
      return `${now} until ${next.name}, then ${money(currency, then * 1_000n)}.`
  }
  return `${now}.`
}

/** Millionths of a penny. */
function priceAt({ energy }: CostVersion, at: Instant): bigint | undefined {
  const price = rateAt(energy, at)?.blocks[0]?.price
  return price === undefined ? undefined : BigInt(price)
}

const digits = new Intl.NumberFormat('en', {
  minimumFractionDigits: 2,
  maximumFractionDigits: 8,
  useGrouping: false,
})
const money = (currency: string, cost: Nanopence | bigint): string =>
  `${currency} ${digits.format(Number(cost) / 1e11)}`
