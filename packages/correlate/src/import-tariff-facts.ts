import { toHex, utf8 } from '@interlock/kernel'
import { childrenOf, dateOf, executionOf, nodeOf, type Node } from './calendar-facts.ts'
import type { Facts } from './mismatch.ts'

/** What the standard's 1.1.1 asks for; `undefined` for what is not known here. */
export function importTariffFacts(content: Node): Facts | undefined {
  const elements = nodeOf(content['ElecTariffElements'])
  const money = nodeOf(nodeOf(content['PriceElements'])['ElectricityPriceElements'])
  const table = nodeOf(elements['SwitchingTable'])
  const facts = {
    MessageCode: '0019',
    Seasons: all(childrenOf(nodeOf(table['Seasons']), 'Season').map(seasonOf)),
    Weeks: all(childrenOf(nodeOf(table['WeekProfiles']), 'WeekProfile').map(weekOf)),
    Days: all(childrenOf(nodeOf(table['DayProfiles']), 'DayProfile').map(dayOf)),
    SpecialDays: all(childrenOf(nodeOf(elements['SpecialDays']), 'SpecialDay').map(specialDayOf)),
    Thresholds: all(
      childrenOf(nodeOf(elements['ThresholdMatrix']), 'Thresholds').map((each, index) =>
        each['@index'] === String(index + 1)
          ? amountsOf(each, 'BlockThreshold')?.join(',')
          : undefined,
      ),
    ),
    StandingCharge: charges(money['StandingChargeScale'], [whole(money['StandingCharge'])]),
    Prices: charges(money['PriceScale'], pricesOf(money)),
    Execution: executionOf(content['ExecutionDateTime']),
  }
  const known = holdsOnly(content, parts) && holdsOnly(money, prices)
  if (!known || elements['CurrencyUnits'] !== 'GBP') return undefined
  return Object.values(facts).includes(undefined) ? undefined : (facts as Facts)
}

const parts = ['ExecutionDateTime', 'ElecTariffElements', 'PriceElements']
/** What each kind of prices is made of: by time of use, of registers with blocks, or of both. */
const kinds: Readonly<Record<string, readonly string[]>> = {
  TOUTariff: ['TOUPrice'],
  BlockTariff: ['BlockPrices'],
  HybridTariff: ['BlockPrices', 'TOUPrice'],
}
const prices = ['StandingCharge', 'StandingChargeScale', 'PriceScale', ...Object.keys(kinds)]
const holdsOnly = (node: Node, names: readonly string[]): boolean =>
  Object.keys(node).every((name) => names.includes(name))
/** Eighty as in a message: by time of use, then block by block; what is not named costs nothing. */
function pricesOf(money: Node): readonly string[] | undefined {
  const [kind, ...others] = Object.keys(kinds).filter((each) => each in money)
  const rates = nodeOf(money[kind ?? ''])
  if (others.length > 0 || !holdsOnly(rates, kinds[kind ?? ''] ?? [])) return undefined
  const byTime = amountsOf(rates, 'TOUPrice')
  const byRegister = childrenOf(rates, 'BlockPrices').map((each, index) =>
    each['@index'] === String(index + 1) ? amountsOf(each, 'BlockPrice') : undefined,
  )
  if (byTime === undefined || byRegister.includes(undefined)) return undefined
  const tooMany = byRegister.some((each) => (each?.length ?? 0) > 4)
  if (byTime.length > 48 || byRegister.length > 8 || tooMany) return undefined
  return Array.from({ length: 80 }, (_, at) =>
    at < 48 ? (byTime[at] ?? '0') : (byRegister[(at - 48) & 7]?.[(at - 48) >> 3] ?? '0'),
  )
}

const all = (each: readonly (string | undefined)[]): string | undefined =>
  each.includes(undefined) ? undefined : each.join(' ')

const charges = (
  scale: unknown,
  amounts: readonly (string | undefined)[] | undefined,
): string | undefined => {
  const power = whole(scale)
  const each = all(amounts ?? [undefined])
  return power === undefined || each === undefined ? undefined : `${power}: ${each}`
}

const whole = (value: unknown): string | undefined =>
  typeof value === 'string' ? /^(?:0|-?[1-9]\d{0,9})$/.exec(value)?.[0] : undefined

/** The texts of numbered elements, which are numbered in their order. */
function amountsOf(node: Node, name: string): readonly string[] | undefined {
  const amounts = childrenOf(node, name).map((each, index) =>
    each['@index'] === String(index + 1) ? whole(each['#text']) : undefined,
  )
  return amounts.some((each) => each === undefined) ? undefined : (amounts as readonly string[])
}

function seasonOf(season: Node): string | undefined {
  const name = season['SeasonName']
  const start = dateOf(nodeOf(season['SeasonStartDate']))
  const week = whole(season['ReferencedWeekName'])
  if (typeof name !== 'string' || start === undefined || week === undefined) return undefined
  return `${toHex(utf8(name))}/${start}/${week}`
}

function weekOf(week: Node): string | undefined {
  const name = whole(week['WeekName'])
  const days = amountsOf(week, 'ReferencedDayName')
  return name === undefined || days?.length !== 7 ? undefined : `${name}/${days.join(',')}`
}

function dayOf(day: Node): string | undefined {
  const name = whole(day['DayName'])
  const switches = childrenOf(day, 'ProfileSchedule').map((each) => {
    const time = /^(\d\d:\d\d:\d\d)\.00Z$/.exec(String(each['StartTime']))?.[1]
    const register = registerOf(each)
    return time === undefined || register === undefined ? undefined : `${time}=${register}`
  })
  const together = switches.includes(undefined) ? undefined : switches.join(',')
  return name === undefined || together === undefined ? undefined : `${name}/${together}`
}

/** The number of a register in a message: those with blocks begin after 100. */
function registerOf(change: Node): string | undefined {
  const block = whole(change['BlockTariffAction'])
  if (!('BlockTariffAction' in change)) return whole(change['TOUTariffAction'])
  return block === undefined || 'TOUTariffAction' in change
    ? undefined
    : String(100 + Number(block))
}

function specialDayOf(special: Node): string | undefined {
  const date = dateOf(nodeOf(special['Date']))
  const day = whole(special['ReferencedDayName'])
  return date === undefined || day === undefined ? undefined : `${date}/${day}`
}
