import type { ResponseName, TimeOfUseTariffBody } from '@interlock/duis'
import {
  calendarProblems,
  executionProblem,
  importTariffPrices,
  registers,
  takes,
  type ImportTariff,
} from '@interlock/gbcs'
import { refused, type Instant, type Refusal } from '@interlock/kernel'
import { dayOf, executionOf, executionsAt, secondsOf } from './calendar.ts'

/** What a meter is told of the standard's tariff (1.1.1): what has no price costs nothing. */
export function importTariffOf(body: TimeOfUseTariffBody): ImportTariff {
  const { switching, specialDays, thresholds } = body.elements
  const { standingCharge, standingChargeScale, priceScale } = body.prices
  return {
    seasons: switching.seasons.map((each) => ({ ...each, start: dayOf(each.start) })),
    weeks: switching.weeks,
    days: switching.days.map(({ name, switches }) => ({
      name,
      switches: switches.map(({ at, register }) => ({ atSeconds: secondsOf(at), register })),
    })),
    specialDays: specialDays.map(({ date, day }) => ({ date: dayOf(date), day })),
    thresholds,
    standingCharge,
    standingChargeScale,
    prices: pricesOf(body.prices),
    priceScale,
    execution: executionOf(body),
  }
}

/** By time of use, and then the first block of each register with blocks, the second of each, … */
function pricesOf({ timeOfUse, blocks }: TimeOfUseTariffBody['prices']): readonly number[] {
  const { count } = registers.block
  return Array.from({ length: importTariffPrices }, (_, at) => {
    const beyond = at - registers.timeOfUse.count
    const price = beyond < 0 ? timeOfUse[at] : blocks[beyond % count]?.[Math.floor(beyond / count)]
    return price ?? 0
  })
}

/** What is asked for has to be one that can be said: two bytes for a price, tables that are of one another. */
export const tariffBodyProblem = (tariff: ImportTariff): Refusal<ResponseName> | undefined =>
  takes('ECS01a', tariff)
    ? undefined
    : refused('ParameterInvalid', 'the tables of the tariff do not fit the message')

/** What is asked for, and what comes back signed, holds from a date within the time of all requests. */
export function tariffDateProblem(
  { execution }: ImportTariff,
  now: Instant,
  lateMillis: number,
): Refusal<ResponseName> | undefined {
  const problem = executionProblem(execution, executionsAt(now, lateMillis))
  return problem && refused('ParameterInvalid', `${problem}: ${calendarProblems[problem]}`)
}
