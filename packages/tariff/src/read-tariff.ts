import { fromIso, instant, ok, refused } from '@interlock/kernel'
import { halfHourMillis } from '@interlock/power'
import type { TariffDocument, VersionDocument } from './document.ts'
import { each, priceOf, repeatedOf, type Read } from './fields.ts'
import { micropenceOf } from './money.ts'
import { timeOfUseOf } from './read-time-of-use.ts'
import type { HalfHourly, Tariff, TariffVersion } from './tariff.ts'

/** The tariff that a checked document says. */
export function tariffOf(document: TariffDocument): Read<Tariff> {
  const versions = each(document.versions, 'versions', versionOf)
  if (!versions.ok) return versions
  const repeated = repeatedOf(versions.value.map(({ version }) => version))
  if (repeated !== undefined) return refused('NameRepeated', `versions: ${repeated}`)
  return ok({ id: document.tariff, clock: document.clock, versions: versions.value })
}

function versionOf(document: VersionDocument, at: string): Read<TariffVersion> {
  const { version, validFrom: fromText, validUntil: untilText, timeOfUse } = document
  const prices = document.halfHourlyPencePerKilowattHour
  const validFrom = fromIso(fromText)
  if (validFrom === undefined) return refused('TimeInvalid', `${at}.validFrom: ${fromText}`)
  const standingCharge = micropenceOf(document.standingChargePencePerDay)
  if (standingCharge === undefined)
    return refused('PriceInvalid', `${at}.standingChargePencePerDay: too fine`)
  const head = { version, validFrom, standingCharge }
  if (timeOfUse !== undefined && prices === undefined && untilText !== undefined) {
    const validUntil = fromIso(untilText)
    if (validUntil === undefined || validUntil <= validFrom)
      return refused('TimeInvalid', `${at}.validUntil: ${untilText}`)
    const rates = timeOfUseOf(timeOfUse, `${at}.timeOfUse`)
    return rates.ok ? ok({ ...head, validUntil, rates: rates.value }) : rates
  }
  if (prices === undefined || timeOfUse !== undefined || untilText !== undefined)
    return refused('RatesInvalid', `${at}: version ${version}`)
  if (validFrom % halfHourMillis !== 0)
    return refused('TimeInvalid', `${at}.validFrom: not on a half-hour`)
  const rates = halfHourlyOf(prices, `${at}.halfHourlyPencePerKilowattHour`)
  const validUntil = instant(validFrom + prices.length * halfHourMillis)
  return rates.ok ? ok({ ...head, validUntil, rates: rates.value }) : rates
}

function halfHourlyOf(prices: readonly number[], at: string): Read<HalfHourly> {
  const read = each(prices, at, priceOf)
  return read.ok ? ok({ kind: 'halfHourly', prices: read.value }) : read
}
