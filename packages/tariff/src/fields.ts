import { ok, refused, type Outcome } from '@interlock/kernel'
import { micropenceOf, type Micropence } from './money.ts'
import type { YearlyDate } from './tariff.ts'

/** Why a document of the right shape is no tariff. The detail begins with the field. */
export const tariffProblems = {
  TimeInvalid: 'not a UTC date-time, or one that ends before it begins',
  DateInvalid: 'not a date of the calendar',
  PriceInvalid: 'a price has at most six decimals of a penny',
  RatesInvalid: 'a version has either time of use with an end, or half-hourly prices without',
  NameRepeated: 'one name or number stands for two things',
  NameUnknown: 'a name refers to nothing',
  SwitchesInvalid: 'switches begin at midnight and rise',
  BlocksInvalid:
    'thresholds rise, the last block has none, and at most eight registers have blocks',
  SeasonsInvalid: 'at least one season begins every year, and no two on one day',
} as const
export type TariffProblem = keyof typeof tariffProblems
export type Read<Value> = Outcome<Value, TariffProblem>

export function priceOf(pence: number, at: string): Read<Micropence> {
  const price = micropenceOf(pence)
  return price === undefined ? refused('PriceInvalid', `${at}: ${pence}`) : ok(price)
}

/** Both `yyyy-mm-dd` and `mm-dd`; 29 February without a year is 1 March where there is none. */
export function dateOf(text: string, at: string): Read<YearlyDate> {
  const [day = 0, month = 0, year] = text.split('-').map(Number).toReversed()
  const date = new Date(Date.UTC(year ?? 2000, month - 1, day))
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day)
    return refused('DateInvalid', `${at}: ${text}`)
  return ok({ monthDay: 100 * month + day, ...(year === undefined ? {} : { year }) })
}

export function secondOf(time: string): number {
  const [hours = 0, minutes = 0, seconds = 0] = time.split(':').map(Number)
  return 3_600 * hours + 60 * minutes + seconds
}

/** Reads every item, or says which is the first that cannot be read. */
export function each<Item, Value>(
  items: readonly Item[],
  at: string,
  read: (item: Item, at: string) => Read<Value>,
): Read<Value[]> {
  const values: Value[] = []
  for (const [index, item] of items.entries()) {
    const outcome = read(item, `${at}[${index}]`)
    if (!outcome.ok) return outcome
    values.push(outcome.value)
  }
  return ok(values)
}

export const repeatedOf = <Value>(values: readonly Value[]): Value | undefined =>
  values.find((value, index) => values.indexOf(value) !== index)
